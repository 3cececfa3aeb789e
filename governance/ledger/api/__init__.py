"""The endpoints of the ledger, below `/api/governance/contact`."""
