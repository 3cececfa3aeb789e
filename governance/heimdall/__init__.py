"""The Heimdall room: whether production may use an AI's advice."""
