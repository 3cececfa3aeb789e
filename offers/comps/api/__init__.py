"""`/api/deals/arv`: the after-repair value of a house, from comparable sales."""

from typing import Any

from rest_framework.request import Request

from offers.comps import valuing
from offers.comps.api.answers import ArvOut
from offers.comps.api.parameters import ArvParams, asked_of, subject_of
from wholesale.plumbing.api import ApiViewSet, act
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.schema import example


class ArvViewSet(ApiViewSet):
    """The endpoint of after-repair values."""

    permissions = {"arv": "offers.estimate_arv"}

    @act(
        "arv",
        ArvParams,
        ArvOut,
        examples=[
            example(
                "A house in Toronto",
                {
                    **{"province": "ON", "market": "TORONTO", "property_type": "SFR", "living_area_sqft": 1400},
                    **{"beds": 3, "baths": 1.5, "year_built": 1962, "latitude": 43.68, "longitude": -79.34},
                },
            )
        ],
    )
    def arv(self, request: Request, **params: Any) -> Response:
        """Estimate the after-repair value of a house from sales before a day. Nothing is stored."""
        subject = subject_of({**params, **params.get("subject", {})}, params.get("province"), params["market"])
        return Response(valuing.estimate_arv(**asked_of(params, subject)._asdict()))
