"""All admin pages of buyers, imported from their rooms."""

from buyers.book.admin import BuyerAdmin
from buyers.book.lists.imports_admin import BuyerImportAdmin
from buyers.liquidity.admin import BuyerFeedbackEventAdmin, BuyerLiquidityNodeAdmin, DealSentAdmin
