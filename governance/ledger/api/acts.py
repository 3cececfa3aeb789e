"""`/api/governance/contact`: the ledger's acts."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework.request import Request
from rest_framework.response import Response

from governance.ledger import consents, contracts, opt_outs, scrubs
from governance.ledger.api.consents import ConsentParams, ContractEndParams, RecordedOut, ScrubOut, ScrubParams
from governance.ledger.api.records import RecordOut, records_out
from governance.ledger.api.who import signed_params
from governance.ledger.api.wishes import DoNotCallParams, LiftParams, OptOutParams, wish
from governance.ledger.rules import SCRUB_VALID
from governance.ledger.who import of_lead
from governance.organisation.api import OrganisationOut, OrganisationParams
from governance.organisation.models import Organisation
from governance.organisation.services import upsert_organisation
from wholesale.api import ApiViewSet, act, acting_user, ask
from wholesale.params import Params
from wholesale.permissions import label_of
from wholesale.rendering import shown


class ComplianceViewSet(ApiViewSet):
    """Consent, opt-outs, scrubs, and who contacts."""

    permissions = {
        "consents": "governance.record_consent",
        "end_contract": "governance.record_consent",
        "opt_outs": "governance.record_opt_out",
        "do_not_call": "governance.record_opt_out",
        "lift": "governance.lift_opt_out",
        "scrubs": "governance.record_consent",
        "organisation": "governance.view_organisation",
        "upsert_organisation": "governance.change_organisation",
    }
    receiving = frozenset({"opt_outs", "do_not_call"})

    @act(
        "consents",
        ConsentParams,
        {201: RecordOut(many=True)},
        examples=[
            OpenApiExample(
                "Express consent to text messages",
                request_only=True,
                value={
                    "lead_id": "L123",
                    "channel": "SMS",
                    "basis": "EXPRESS",
                    "obtained_at": "2026-12-01T15:00:00Z",
                    "evidence": "web form 481",
                    "proof": {
                        "wording": "Yes, text me offers for my house. Example Homes, 1 Main St, Toronto, example.ca. "
                        "You can withdraw at any time.",
                        "purpose": "offers to buy the house",
                        "on_behalf_of": "Example Homes",
                        "withdrawal_statement": "You can withdraw at any time.",
                        "given_how": "WEB_FORM",
                        "given_where": "https://example.ca/offer",
                    },
                },
            )
        ],
    )
    def consents(self, request: Request, **params: Any) -> Response:
        """Record a consent. For every channel it is a line for each, since their expiries differ."""
        return records_out(consents.record_consent(**signed_params(request, params)), status=201)

    @act("contracts/end", ContractEndParams, RecordOut(many=True))
    def end_contract(self, request: Request, **params: Any) -> Response:
        """The contracts on file that were made by this day ended on it. Each is a ground for 2 years more, for calls for 18
        months. Where they had ended by then nothing is written."""
        return records_out(contracts.end_contract(**signed_params(request, params)), status=200)

    @act("opt-outs", OptOutParams, {201: RecordOut(many=True)})
    def opt_outs(self, request: Request, **params: Any) -> Response:
        """Record an opt-out: from then on contact by the channel, or by any, is refused. A lead that is named is bound
        itself, so that its next number is refused too."""
        return records_out(opt_outs.record_opt_out(**wish(request, **params)), status=201)

    @act("do-not-call", DoNotCallParams, {201: RecordedOut})
    def do_not_call(self, request: Request, **params: Any) -> Response:
        """Put leads and numbers on the internal do-not-call list: calls to them are refused."""
        written = opt_outs.record_do_not_call(**wish(request, **params))
        return Response({"recorded": len(written)}, status=201)

    @act("opt-outs/lift", LiftParams, RecordOut(many=True))
    def lift(self, request: Request, **params: Any) -> Response:
        """Take an opt-out or a do-not-call entry back that was a mistake. Where there is none nothing is written."""
        lead_id = params.pop("lead_id", "")
        signed = signed_params(request, params)
        signed["points"] += of_lead(lead_id) if lead_id else []
        return records_out(opt_outs.lift_opt_out(**signed), status=200)

    @act("scrubs", ScrubParams, {201: ScrubOut})
    def scrubs(self, request: Request, checked_at: datetime, **params: Any) -> Response:
        """Record that numbers were checked against the National Do Not Call List and are not on it."""
        written = scrubs.record_scrub(checked_at=checked_at, **signed_params(request, params))
        return Response({"recorded": len(written), "valid_until": checked_at + SCRUB_VALID}, status=201)

    @ask("organisation", Params, OrganisationOut)
    def organisation(self, request: Request) -> Response:
        """Who contacts. Where the row is missing everything is enforced, and the answer says so."""
        missing = Organisation(version=0)
        return Response(shown(Organisation.objects.filter(pk=1).first() or missing, OrganisationOut.Meta.fields))

    @act("organisation/upsert", OrganisationParams, OrganisationOut)
    def upsert_organisation(self, request: Request, **params: Any) -> Response:
        """Change who contacts, and how strictly it asks for proof."""
        params.setdefault("changed_by", label_of(request.user))
        changed = upsert_organisation(user=acting_user(request), **params)
        return Response(shown(changed, OrganisationOut.Meta.fields))
