"""What an outcome of a contact does to the ladder."""
