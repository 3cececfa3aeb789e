"""The functions of buyers that the customer's guide names, importable under its names (CONTRACT section 1)."""

from buyers.liquidity.scores import liquidity_score
from buyers.liquidity.services import record_feedback
