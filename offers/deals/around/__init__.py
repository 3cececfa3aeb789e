"""The deal around an offer: prices, taxes, costs, the buyer's profit, and what to be warned of."""
