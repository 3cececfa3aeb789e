"""What other apps record in the ledger and read from it, beside the points that `governance.gate` names itself."""
