"""The endpoints below `/api/governance/contact` that ask whether leads may be contacted, and if not, why."""

from datetime import datetime
from typing import Any

import tzdata
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from governance import gate, law, people
from governance.channels import Channel
from governance.clocks.resolving import ZoneSource, phone_hint
from governance.gate.reasons import Reason
from governance.grounds import Purpose
from wholesale.plumbing.api import ApiViewSet, act, ask
from wholesale.plumbing.fields import AwareDateTimeField, LabelField, ManyField, StrictIntegerField, UpperChoiceField
from wholesale.plumbing.params import ActParams, Params
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.schema import example
from wholesale.plumbing.texts import iso_utc

EXPLAIN_MAX = 1000  # leads at once


class ReasonOut(serializers.Serializer[Any]):
    """A refusal reason in an answer: its code, and its sentence in English and French."""

    code = serializers.CharField()
    en = serializers.CharField()
    fr = serializers.CharField()


class ContactOut(serializers.Serializer[Any]):
    """The gate's answer as the API shows it. If the question gave a local time, `local_time` to `tz_version` are absent."""

    ok = serializers.BooleanField()
    reason = serializers.CharField(help_text="the first refusal, a stable word; within_window when there is none")
    detail = serializers.CharField(help_text="the first refusal as a sentence, in the person's language")
    reasons = serializers.ListField(child=serializers.CharField(), help_text="every refusal reason, in order")
    warnings = serializers.ListField(child=serializers.CharField(), help_text="reasons that are not enforced")
    explanations = ReasonOut(many=True, help_text="a sentence for each of the reasons and warnings")
    legal_ok = serializers.BooleanField()
    policy_ok = serializers.BooleanField()
    lead_id = serializers.CharField(required=False)
    buyer_id = serializers.CharField(required=False)
    province = serializers.CharField()
    market = serializers.CharField()
    channel = serializers.ChoiceField(choices=Channel.choices)
    purpose = serializers.ChoiceField(
        choices=Purpose.choices,
        required=False,
        help_text="only for a known person: the purpose judged. a REPLY that answers no message is judged as PROSPECT",
    )
    matched_market = serializers.CharField(allow_null=True)
    policy_version = StrictIntegerField(allow_null=True)
    law_version = serializers.CharField(help_text="the version of the rules of the law (docs/contact-rules.md)")
    evaluated_at = AwareDateTimeField(help_text="the instant that was asked about")
    local_time = serializers.DateTimeField(required=False, help_text="in `timezone`, with its offset")
    timezone = serializers.CharField(required=False, help_text="the zone that refused, else the first")
    utc_offset = serializers.CharField(required=False, help_text="of `timezone` at that instant, such as UTC-7")
    zones = serializers.ListField(child=serializers.CharField(), required=False, help_text="contact must be allowed in all")
    zone_source = serializers.ChoiceField(choices=ZoneSource.choices, required=False, help_text="where they come from")
    tz_version = serializers.CharField(required=False, help_text="the version of the time zone data")
    phone_zones = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="only for a known person: the zones for which the number was issued. They are a hint and decide nothing",
    )
    next_allowed_at = AwareDateTimeField(
        required=False, allow_null=True, help_text="only on a refusal; null if waiting alone does not help within 30 days"
    )


class PurposeParams(Params):
    """The parameters that say what a message to a lead is for, and which message of the lead it answers."""

    purpose = UpperChoiceField(choices=Purpose.choices, required=False, help_text="of a message; default: PROSPECT")
    answers = StrictIntegerField(
        required=False, min_value=1, max_value=2**63 - 1, help_text="of a REPLY: the id of the message that it answers"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        is_reply = attrs.get("purpose") == Purpose.REPLY
        if is_reply and "answers" not in attrs:
            raise ValidationError({"answers": ["A REPLY answers a message: give its id."]}, code="required")
        if "answers" in attrs and not is_reply:
            raise ValidationError({"answers": ["Only a REPLY answers a message."]}, code="invalid")
        return attrs


class DecideContactParams(PurposeParams):
    """The parameters of a question to the gate about one lead: its id, the channel, the purpose and the instant."""

    lead_id = LabelField()
    channel = UpperChoiceField(choices=Channel.choices)
    at = AwareDateTimeField(required=False, help_text="default: now")


class ExplainParams(ActParams):
    """The parameters of a question to the gate about many leads: their ids, the channel and the instant."""

    lead_ids = ManyField(child=LabelField(), min_length=1, max_length=EXPLAIN_MAX)
    channel = UpperChoiceField(choices=Channel.choices)
    at = AwareDateTimeField(required=False, help_text="default: now")


class ExplainOut(serializers.Serializer[Any]):
    """The gate's answers in the order of the request, and the ids of leads that are unknown or not the user's to read."""

    answers = ContactOut(many=True)
    unknown = serializers.ListField(child=serializers.CharField())


class ContactViewSet(ApiViewSet):
    """The endpoints that ask the contact gate about leads."""

    permissions = {"decide": "governance.ask_contact_gate", "explain": "governance.ask_contact_gate"}

    @ask("decide", DecideContactParams, ContactOut)
    def decide(self, request: Request, lead_id: str, **params: Any) -> Response:
        """May this lead be contacted by this channel at `at`? Returns all refusal reasons and the next permitted minute."""
        gate.require_readable(request.user, lead_id)
        return Response(person_out(gate.decide_lead(lead_id, **params)))

    @act(
        "explain",
        ExplainParams,
        ExplainOut,
        examples=[example("Two leads", {"lead_ids": ["L123", "L124"], "channel": "CALL"})],
    )
    def explain(self, request: Request, lead_ids: list[str], channel: str, **params: Any) -> Response:
        """May these leads be contacted by this channel now, or at `at`? Takes up to 1,000 leads and writes nothing."""
        known = people.load(people.LEAD, people.readable_by(people.LEAD, request.user, lead_ids))
        contacts = [gate.contact_without_step(known[lead_id], channel) for lead_id in lead_ids if lead_id in known]
        answers = gate.decide_contacts(contacts, **params)
        return Response(
            {
                "answers": [contact_out(answer) for answer in answers],
                "unknown": [lead_id for lead_id in lead_ids if lead_id not in known],
            }
        )


_ID_OF = {people.LEAD: "lead_id", people.BUYER: "buyer_id"}


def contact_out(answer: gate.ContactAnswer) -> dict[str, Any]:
    """The gate's answer as the API shows it."""
    verdict, person = answer.verdict, answer.contact.person
    out: dict[str, Any] = {
        "ok": verdict.allowed,
        "reason": verdict.code,
        "detail": verdict.detail(person.language),
        "reasons": [reason.value for reason in verdict.reasons],
        "warnings": [reason.value for reason in verdict.warnings],
        "explanations": [_reason_out(reason) for reason in (*verdict.reasons, *verdict.warnings)],
        "legal_ok": verdict.legal_ok,
        "policy_ok": verdict.policy_ok,
        "province": person.province,
        "market": person.market,
        "channel": answer.contact.channel,
        "matched_market": answer.matched_market,
        "policy_version": answer.policy_version,
        "law_version": law.VERSION,
        "evaluated_at": iso_utc(answer.at),
    }
    if answer.contact.is_known:
        out[_ID_OF[person.kind]] = person.person_id
        out["purpose"] = answer.purpose
    if answer.local_time is not None and verdict.zone is not None:
        out["local_time"] = answer.local_time.isoformat()
        out["timezone"] = verdict.zone.key
        out["utc_offset"] = offset_text(answer.local_time)
        out["zones"] = [zone.key for zone in answer.zones.zones]
        out["zone_source"] = answer.zones.source
        out["tz_version"] = tzdata.__version__
        if not verdict.allowed:
            out["next_allowed_at"] = iso_utc(verdict.next_allowed_at) if verdict.next_allowed_at else None
    return out


def person_out(answer: gate.ContactAnswer) -> dict[str, Any]:
    """The gate's answer about one person as the API shows it, with the time zones for which the number was issued."""
    return {**contact_out(answer), "phone_zones": list(phone_hint(answer.contact.person.phone))}


def _reason_out(reason: Reason) -> dict[str, str]:
    return {"code": reason.value, "en": reason.sentence("en"), "fr": reason.sentence("fr")}


def offset_text(local: datetime) -> str:
    """A time's UTC offset as people write it: UTC-7, UTC-3:30. Names such as PST are wrong in western Canada since 2026."""
    text = f"{local:%z}"
    minutes = text[3:5]
    return f"UTC{text[0]}{int(text[1:3])}" + (f":{minutes}" if minutes != "00" else "")
