"""What a user chooses for the console: the language and the time zone."""
