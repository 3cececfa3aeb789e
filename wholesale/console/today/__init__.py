"""Today, the operators' first page: whether all is well, what is red with its remedy, and how the last days went."""
