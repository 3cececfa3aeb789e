"""The admin pages of the risk room."""
