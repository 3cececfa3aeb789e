"""What waits for a person, by a time: a doubtful message, a sender that cannot be read, a lead who answered."""
