"""All models of offers, imported from their rooms."""

from offers.deals.models import OfferEvidence
from offers.policies.models import OfferPolicy
