"""The Heimdall room: whether an AI's advice has earned its way into production."""
