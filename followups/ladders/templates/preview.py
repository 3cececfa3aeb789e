"""Preview a ladder: when each step falls due, when it may be done, and its texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from followups.ladders.templates.scripts import company_values, market_text
from followups.ladders.templates.speech import opened
from followups.ladders.templates.steps import Step, delay_text, parsed, rendered
from followups.leads.facts import contact_of
from governance import gate
from governance.channels import Channel
from governance.people import Language
from wholesale.plumbing import mark

# Invented names and addresses.
SAMPLES: dict[str, dict[str, str]] = {
    Language.EN: {"first_name": "Jane", "last_name": "Roe", "address": "12 Maple Street"},
    Language.FR: {"first_name": "Marie", "last_name": "Tremblay", "address": "12, rue des Érables"},
}


@dataclass(frozen=True, slots=True)
class PreviewedStep:
    """One step of a previewed ladder. Times are local to the place."""

    number: int
    channel: str
    delay: str
    due: datetime
    first_permitted: datetime | None  # None: no permitted minute in the 30 days after `due`
    english: str
    french: str


def zones_of(province: str, market: str) -> Sequence[ZoneInfo]:
    """The time zones that count for the contact of an unknown person in this place."""
    somebody = contact_of(None, lead_id=None, province=province, market=market, channel=Channel.CALL)
    return gate.decide_contacts([somebody], standing_counts=False)[0].zones.zones


def preview(
    steps: Sequence[Mapping[str, Any]], *, province: str, market: str, start: datetime, zone: ZoneInfo, agent: str
) -> list[PreviewedStep]:
    """The steps of a ladder that would start at `start` for an unknown lead of this place. `steps` are well formed."""
    values = parsed(steps)
    contacts = [
        (contact_of(None, lead_id=None, province=province, market=market, channel=step.channel), start + step.delay)
        for step in values
    ]
    company = {**company_values(gate.sender(mark.current())), "market": market_text(market), "agent": agent}

    def said(step: Step, language: str) -> str:
        return rendered(opened(step.script(language), step.channel, language), {**SAMPLES[language], **company}, language)

    return [
        PreviewedStep(
            number=number,
            channel=str(Channel(step.channel).label),
            delay=delay_text(int(step.delay.total_seconds()) // 60),
            due=due_at.astimezone(zone),
            first_permitted=minutes.actionable_at.astimezone(zone) if minutes.actionable_at else None,
            english=said(step, Language.EN),
            french=said(step, Language.FR),
        )
        for number, (step, (_, due_at), minutes) in enumerate(
            zip(values, contacts, gate.permitted_minutes(contacts, now=start), strict=True), start=1
        )
    ]
