"""All admin pages of offers, imported from their rooms."""

from offers.deals.admin import OfferEvidenceAdmin
from offers.policies.admin import OfferPolicyAdmin
