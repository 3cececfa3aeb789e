"""Tests of exporting and erasing buyers."""
