"""The demo: the simulation that `make up` uses, the practice market, and the walkthrough. No app imports it."""
