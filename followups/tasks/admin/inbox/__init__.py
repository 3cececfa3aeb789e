"""The page of the inbox: what leads wrote and a person has to look at, the most urgent first, done by keys."""
