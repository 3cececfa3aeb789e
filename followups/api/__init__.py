"""The API of ladders, tasks and contact attempts."""
