"""The risk room: how much may be at stake. Policies, day ledgers, reservations, and what happened to them."""
