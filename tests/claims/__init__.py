"""Claims by many processes at once: no task is lost or given twice, and how many a second."""
