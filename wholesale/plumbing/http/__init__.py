"""What a request passes before an endpoint takes it, and an answer after it."""
