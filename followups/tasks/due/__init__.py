"""The due list, and claims of tasks on it."""
