"""What an agent said about a task and may still take back: it is kept for ten seconds, and done after them."""
