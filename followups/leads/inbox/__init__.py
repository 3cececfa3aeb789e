"""The inbox: doubtful messages, unreadable senders and leads who answered, each with a time by which to look at it."""
