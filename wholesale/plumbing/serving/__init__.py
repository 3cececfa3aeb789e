"""The production server. It reads a request's body before it takes a thread for it, and replaces a worker that dies."""
