"""Follow-up: leads, their ladders of contacts, the tasks of the ladders, and the SLA."""
