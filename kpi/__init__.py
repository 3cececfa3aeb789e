"""KPI: one row for each fact that the business counts, and sums of them. It listens; nobody imports it."""
