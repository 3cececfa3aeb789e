"""The pages of offer policies: their form with a what-if, and how they are switched."""
