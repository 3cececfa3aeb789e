"""`/api/deals/offers/policies`: the endpoints of offer policies."""

from governance.policies_api import policy_endpoints
from offers.policies.models import OfferPolicy
from wholesale.plumbing.api import ApiViewSet


@policy_endpoints(
    OfferPolicy,
    example=(
        "Enable one province",
        {"province": "ON", "enabled": True, "changed_by": "bryan", "reason": "first province"},
    ),
)
class OfferPolicyViewSet(ApiViewSet):
    """The endpoints of offer policies."""
