"""What a user chooses for the console: the language, the time zone, and how it tells of what happens."""
