"""The board of offers: a column for each state, cards that are moved by drag or by keys."""
