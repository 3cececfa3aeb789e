"""The tripwire: when a watched metric falls, it throttles an engine or engages the kill switch."""
