"""What leads send us: replies, and the word that stops everything."""
