"""`/api/governance/contact`: the ledger."""
