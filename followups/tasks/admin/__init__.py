"""The admin of tasks: the work queue, tasks, their history, contact attempts."""
