"""The ledger of consents and opt-outs, and the rules of Canadian law about contacting people."""
