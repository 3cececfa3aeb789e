"""Background work: the queues, the periodic jobs, the worker, and what happens if a task fails."""
