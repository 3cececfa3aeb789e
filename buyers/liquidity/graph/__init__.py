"""The graph of liquidity nodes, and the buyers of the nodes beside one."""
