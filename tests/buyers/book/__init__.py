"""Tests of the buyers' book."""
