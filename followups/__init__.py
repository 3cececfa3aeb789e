"""Follow-up: the ladder of contacts that every lead is due, its tasks, and how late they are done."""
