"""The trace: what happened to a lead, a buyer or an offer, or in a request, in one list out of every append-only table."""
