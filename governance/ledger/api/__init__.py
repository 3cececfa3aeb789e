"""`/api/governance/contact`: the endpoints of the ledger."""
