"""The steps of a ladder as values: the guide's six, whether some are well formed, what they say. No database here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from governance.channels import Channel


@dataclass(frozen=True, slots=True)
class Step:
    """One step: how long after the ladder's start, by which channel, and what to say in English and French."""

    delay: timedelta
    channel: str
    script_en: str = ""
    script_fr: str = ""


# The guide's default ladder, as templates store it.
GUIDE_STEPS: list[dict[str, Any]] = [
    {"delay_minutes": 0, "channel": Channel.SMS.value, "script_en": "", "script_fr": ""},
    {"delay_minutes": 30, "channel": Channel.CALL.value, "script_en": "", "script_fr": ""},
    {"delay_minutes": 180, "channel": Channel.SMS.value, "script_en": "", "script_fr": ""},
    {"delay_minutes": 1440, "channel": Channel.CALL.value, "script_en": "", "script_fr": ""},
    {"delay_minutes": 4320, "channel": Channel.SMS.value, "script_en": "", "script_fr": ""},
    {"delay_minutes": 10080, "channel": Channel.CALL.value, "script_en": "", "script_fr": ""},
]


def parsed(steps: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Well-formed steps as values, in their order."""
    return tuple(
        Step(timedelta(minutes=step["delay_minutes"]), step["channel"], step["script_en"], step["script_fr"])
        for step in steps
    )
