"""KPI: one row for each thing that the business counts, sums of these rows, and the tripwire. No other app imports it."""
