"""Which buyers to offer a deal to."""
