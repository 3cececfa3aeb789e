"""The production server: bodies are read before a thread is taken, and a worker that dies is replaced."""
