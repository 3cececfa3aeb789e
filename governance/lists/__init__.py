"""Lists of people, of any kind: the words of their columns and cells, what they say about contact, and importing them."""
