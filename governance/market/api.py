"""`/api/governance/market`: the endpoints of market policies."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from governance import gate, policies
from governance.channels import Channel
from governance.clocks.api import PlaceParams
from governance.gate.api import ContactOut, PurposeParams, contact_out, person_out
from governance.gate.reasons import Reason
from governance.market.legal_hours import legal_warnings
from governance.market.models import MarketPolicy
from governance.market.rules import SAFE_RULES, HolidayRule, InvalidRules, is_hhmm, normalised
from governance.policies_api import PolicyOut, params_of, policy_endpoints
from wholesale.plumbing import mark
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ROW_ID, ApiViewSet, act, ask, path_id
from wholesale.plumbing.errors import NotFound
from wholesale.plumbing.fields import (
    AwareDateTimeField,
    JsonField,
    LabelField,
    ProvinceField,
    RateField,
    StrictIntegerField,
    UpperChoiceField,
    WordField,
)
from wholesale.plumbing.listing import Rows
from wholesale.plumbing.params import Params
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.schema import example
from wholesale.plumbing.texts import shown
from wholesale.plumbing.vocabulary import ALL

WEEKDAY_ERRORS: dict[str, Any] = dict.fromkeys(
    ("invalid", "min_value", "max_value"), "Must be a whole number from 0 (Monday) to 6 (Sunday)."
)
HHMM_SCHEMA = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
WINDOWS_SCHEMA = {
    "type": "array",
    "maxItems": 50,
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["days", "start", "end"],
        "properties": {
            "days": {
                "type": "array",
                "items": {"type": "integer", "minimum": 0, "maximum": 6},
                "minItems": 1,
                "uniqueItems": True,
                "description": "Monday is 0",
            },
            "start": HHMM_SCHEMA,
            "end": HHMM_SCHEMA,
        },
    },
}
RULES_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["contact_windows_local", "channels_allowed", "min_lead_score_to_contact"],
    "properties": {
        "contact_windows_local": WINDOWS_SCHEMA
        | {"description": "local time, both ends inclusive to the minute; an empty list means never"},
        "channels_allowed": {"type": "array", "items": {"type": "string", "enum": Channel.values}, "uniqueItems": True},
        "min_lead_score_to_contact": {"type": "number", "minimum": 0, "maximum": 1},
        "channel_windows": {
            "type": "object",
            "additionalProperties": False,
            "properties": dict.fromkeys(Channel.values, WINDOWS_SCHEMA),
            "description": "optional: the windows of a channel, in place of contact_windows_local for it",
        },
        "holidays": {
            "type": "string",
            "enum": HolidayRule.values,
            "default": HolidayRule.NORMAL,
            "description": "optional: how the windows treat a statutory holiday of the province: as a day like any other, "
            "as a Saturday, or as a day without contact",
        },
        "call_holidays": {
            "type": "string",
            "enum": HolidayRule.values,
            "description": "optional: the same for calls only; default: as holidays, in BC closed",
        },
        "one_call_in_30_days": {
            "type": "boolean",
            "default": False,
            "description": "optional: whether a number is not called again for 30 days after an answered call, unless an "
            "express consent for calls is on file",
        },
    },
    "examples": [SAFE_RULES],
}


@extend_schema_field(RULES_SCHEMA)
class RulesField(JsonField):
    """A field for the contact rules of a policy, checked as a whole. An error names the place within the rules."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        try:
            return normalised(super().to_internal_value(data))
        except InvalidRules as error:
            raise ValidationError({place: [message] for place, message in error.errors.items()}) from error


class HhmmField(serializers.CharField):
    """A field for a local time `HH:MM`."""

    default_error_messages = {"invalid_time": "Must be a time from 00:00 to 23:59, such as 09:05."}

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not is_hhmm(text):
            self.fail("invalid_time")
        return text


class MarketPolicyOut(PolicyOut):
    """When, by which channel and from which lead score a lead of this market may be contacted."""

    policy = MarketPolicy

    rules = RulesField(read_only=True)


_POLICY = Rows(MarketPolicyOut, lambda id: MarketPolicy.objects.filter(id=id))


class WarningOut(serializers.Serializer[Any]):
    """A window wider than the legal hours for calls. It is stored, but outside the legal hours the gate refuses calls."""

    code = serializers.CharField(help_text="the gate's refusal reason")
    detail = serializers.CharField()
    attr = serializers.CharField(help_text="the place within the parameters, such as rules.contact_windows_local.0")


class MarketPolicyStoredOut(MarketPolicyOut):
    """A market policy as it was stored, with warnings about windows that are wider than the legal hours."""

    warnings = WarningOut(
        many=True, read_only=True, help_text="windows in which calls are allowed, wider than calling hours"
    )


MarketPolicyParams = params_of(
    MarketPolicy,
    rules=RulesField(required=False, help_text="required for a new policy; replaces the old rules as a whole"),
)


class EffectiveParams(PlaceParams):
    """Parameters that name the market whose effective policy is asked for."""

    province = ProvinceField()
    market = WordField(default=ALL)


class EffectiveOut(serializers.Serializer[Any]):
    """The effective policy of a market: the market's own, else its province's."""

    found = serializers.BooleanField()
    province = serializers.CharField()
    market = serializers.CharField()
    matched_market = serializers.CharField(allow_null=True)
    enabled = serializers.BooleanField()
    version = StrictIntegerField(allow_null=True)
    rules = JsonField()


class CanContactParams(EffectiveParams, PurposeParams):
    """A question to the gate. Its time is a local `weekday` and `hhmm`, or an instant `at`. The default is now."""

    province = ProvinceField(required=False, help_text="required without lead_id and buyer_id")
    lead_id = LabelField(required=False, help_text="a known lead: the gate uses its own place, score and consents only")
    buyer_id = LabelField(required=False, help_text="instead of lead_id: a known buyer, alike")
    channel = UpperChoiceField(choices=Channel.choices)
    weekday = StrictIntegerField(
        required=False, min_value=0, max_value=6, help_text="Monday is 0; local to the person", error_messages=WEEKDAY_ERRORS
    )
    hhmm = HhmmField(required=False, help_text="local to the person")
    at = AwareDateTimeField(required=False, help_text="an instant, converted to the market's zones; default: now")
    lead_score = RateField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "lead_id" in attrs and "buyer_id" in attrs:
            raise ValidationError({"buyer_id": ["Give either lead_id or buyer_id."]}, code="invalid")
        names_somebody = "lead_id" in attrs or "buyer_id" in attrs
        if not names_somebody and "province" not in attrs:
            raise ValidationError({"province": ["This field is required without lead_id."]}, code="required")
        if not names_somebody and "purpose" in attrs:
            raise ValidationError({"purpose": ["A purpose is asked of a lead: give lead_id."]}, code="invalid")
        if "buyer_id" in attrs and "answers" in attrs:
            raise ValidationError({"answers": ["A buyer sends no messages that we keep."]}, code="invalid")
        local = ("weekday" in attrs, "hhmm" in attrs)
        if any(local) and not all(local):
            missing = "hhmm" if local[0] else "weekday"
            raise ValidationError({missing: ["weekday (Monday is 0) and hhmm come together."]}, code="required")
        if all(local) and "at" in attrs:
            raise ValidationError({"at": ["Give either at, or weekday and hhmm."]}, code="invalid")
        return super().validate(attrs)


@policy_endpoints(MarketPolicy, out=MarketPolicyOut, params=MarketPolicyParams)
class MarketViewSet(ApiViewSet):
    """The endpoints of market policies."""

    permissions = {
        "policy": "governance.view_marketpolicy",
        "effective": "governance.view_marketpolicy",
        "can_contact": "governance.ask_contact_gate",
    }

    @ask(f"policies/{ROW_ID}", Params, MarketPolicyOut, parameters=[path_id("policy")])
    def policy(self, request: Request, id: str) -> Response:
        """The market policy with this id."""
        policy = _POLICY.one(id=int(id))
        if policy is None:
            raise NotFound("There is no such market policy.")
        return Response(policy)

    @act(
        "policies/upsert",
        MarketPolicyParams,
        MarketPolicyStoredOut,
        examples=[
            example(
                "Toronto, text messages only",
                {
                    "province": "ON",
                    "market": "TORONTO",
                    "enabled": True,
                    "rules": {**SAFE_RULES, "channels_allowed": ["SMS"]},
                    "changed_by": "bryan",
                    "reason": "Q1 expansion",
                },
            )
        ],
    )
    def upsert(self, request: Request, act: Act, **given: Any) -> Response:
        """Create or change the policy of a market."""
        policy = policies.upsert(MarketPolicy, act=act, **given)
        warnings = [
            {"code": Reason.OUTSIDE_LEGAL_HOURS.value, "detail": warning.detail, "attr": f"rules.{warning.place}"}
            for warning in legal_warnings(policy.rules)
        ]
        return Response({**shown(policy, MarketPolicyOut.Meta.fields), "warnings": warnings})

    @ask("effective", EffectiveParams, EffectiveOut)
    def effective(self, request: Request, province: str, market: str) -> Response:
        """The effective policy of a market: the market's own, else its province's."""
        policy = policies.effective(MarketPolicy, mark.current(), province, market)
        return Response(
            {
                "found": policy is not None,
                "province": province,
                "market": market,
                "matched_market": policy.market if policy else None,
                "enabled": policy is not None and policy.enabled,
                "version": policy.version if policy else None,
                "rules": policy.rules if policy else {},
            }
        )

    @ask("can-contact", CanContactParams, ContactOut)
    def can_contact(self, request: Request, **params: Any) -> Response:
        """Say if a lead, a buyer, or an unknown person in this market may be contacted by this channel (default: now)."""
        weekday, hhmm = params.pop("weekday", None), params.pop("hhmm", None)
        local = None if hhmm is None else (weekday, hhmm)
        lead_id, buyer_id = params.pop("lead_id", None), params.pop("buyer_id", None)
        asked = {name: params[name] for name in ("channel", "purpose", "answers", "at") if name in params}
        if buyer_id is not None:
            gate.require_readable(request.user, buyer_id, gate.BUYER)
            return Response(person_out(gate.decide_person(gate.BUYER, buyer_id, **asked, local=local)))
        if lead_id is None:
            return Response(contact_out(gate.decide_contact(**params, local=local)))
        gate.require_readable(request.user, lead_id)
        return Response(person_out(gate.decide_lead(lead_id, **asked, local=local)))
