"""Background work: queues, periodic jobs, the worker, and failures of tasks."""
