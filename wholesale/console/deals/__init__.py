"""The page of a deal: an offer to a seller, with all that rests on it."""
