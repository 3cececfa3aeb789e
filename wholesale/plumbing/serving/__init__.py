"""The production server. It reads bodies before it takes a thread, and replaces a worker that dies."""
