"""All models of offers, imported from their rooms."""

from offers.comps.models import MarketPrior, Sale, SaleImport
from offers.deals.models import OfferEvidence
from offers.policies.models import OfferPolicy
from offers.studies.models import RatioStudy
