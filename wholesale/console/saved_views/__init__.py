"""Views of the lists: filters and an order under a name, for one user or for all."""
