"""The heat table of liquidity: markets by property types, and where to offer next."""
