"""The functions of buyers that the customer's guide names, importable under its names (CONTRACT section 1)."""

from buyers.liquidity.services import liquidity_score, record_feedback
