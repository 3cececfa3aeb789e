"""The risk room: how much may be at stake. Risk policies, risk days, reservations and risk events."""
