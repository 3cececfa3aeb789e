"""Background work: queues, what is due periodically, the worker, and what becomes of a failure."""
