"""Benchmarks of the guide's operations: `make bench` writes docs/benchmarks.md."""
