"""Comparable sales: stored sales, and the after-repair value that follows from them."""
