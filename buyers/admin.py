"""All admin pages of buyers, imported from their rooms."""

from buyers.liquidity.admin import BuyerFeedbackEventAdmin, BuyerLiquidityNodeAdmin
