"""Clocks: which zones a province and a market live in. A leaf that every room may import."""
