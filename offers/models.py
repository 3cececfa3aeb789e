"""All models of offers, imported from their rooms."""

from offers.comps.models import MarketPrior, Sale, SaleImport
from offers.deals.law.models import ProvinceRule
from offers.deals.life.models import Offer, OfferEvent, OfferEventWords
from offers.deals.models import OfferEvidence
from offers.deals.taxes.models import TransferTax
from offers.policies.models import OfferPolicy
from offers.studies.models import RatioStudy
