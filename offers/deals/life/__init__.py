"""The life of an offer: from its draft to the closing of the deal, each step a transition of one table."""
