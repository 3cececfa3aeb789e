"""Tests of the reports, as pages and as files."""
