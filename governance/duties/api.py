"""`/api/governance/duties`: the endpoints of legal duties."""

from governance.duties.models import LegalDuty
from governance.policies_api import policy_endpoints
from wholesale.plumbing.api import ApiViewSet


@policy_endpoints(LegalDuty, path="duties", name="Duty")
class DutyViewSet(ApiViewSet):
    """The endpoints of legal duties."""
