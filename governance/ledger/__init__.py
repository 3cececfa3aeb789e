"""Compliance: the rules of Canadian law about contacting people, and the ledger of consents and opt-outs."""
