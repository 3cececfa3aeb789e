"""Claims by many processes at once: none lost, none twice, and how many a second."""
