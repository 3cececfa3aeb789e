"""The regression tripwire: a KPI that falls throttles its engine or engages the kill switch."""
