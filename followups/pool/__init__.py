"""Agents who take the ladders that have no owner, in turn."""
