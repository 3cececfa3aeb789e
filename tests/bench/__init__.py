"""How fast the guide's operations are: `make bench` writes docs/benchmarks.md."""
