"""KPI: one row for each fact that the business counts, sums of the rows, and the tripwire. No other app imports it."""
