"""The page of a lead and that of a buyer: all that is known of a person, and what may be done."""
