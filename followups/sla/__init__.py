"""SLA: how late a task may be, the breaches that were found, and who was told."""
