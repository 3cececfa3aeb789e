"""All models of buyers, imported from their rooms."""

from buyers.book.models import BuyBox, BuyBoxPlace, Buyer, BuyerImport
from buyers.liquidity.figures import SFR
from buyers.liquidity.models import INVENTED, BuyerFeedbackEvent, BuyerLiquidityNode, BuyerRecord, DealSent, LiquidityPrior
