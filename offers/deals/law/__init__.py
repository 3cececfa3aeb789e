"""What the law of a province says of assigning a contract: licences, consent, taxes on the fee, limits on who buys."""
