"""The steps of a ladder as values: how they are checked, and how their scripts are filled in. No database here."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from django.utils.translation import gettext, ngettext

from governance.channels import Channel
from wholesale.plumbing.vocabulary import Province

STEPS_MAX = 20
DELAY_MAX = 525_600  # minutes: a year
SCRIPT_MAX_LENGTH = 1600  # ten segments of a text message
MINUTE = timedelta(minutes=1)
GAP_MAX = timedelta(hours=4)  # a person contacted in the morning may be contacted again in the afternoon
KEYS = ("delay_minutes", "channel", "script_en", "script_fr")
# The fields that a script may contain, in braces.
FIELDS = ("first_name", "last_name", "address", "market", "agent", "company", "company_address", "company_contact")
_FIELD = re.compile(r"\{([^{}]{0,40})\}")
_FILLED = re.compile(r"( ?)\{([a-z_]+)\}")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # control characters but newline and tab, and surrogates
_HOW_TO_STOP = re.compile(r"\b(stop|arr[eê]t|unsubscribe|d[eé]sabonn\w*)\b", re.IGNORECASE)
_COMMERCIAL_MESSAGES = (Channel.SMS, Channel.EMAIL)  # CASL: these identify their sender and say how to unsubscribe


class InvalidSteps(ValueError):
    """Steps are not well formed. `errors` maps each wrong place, such as `0.script_fr`, to its message."""

    def __init__(self, errors: dict[str, str]) -> None:
        self.errors = errors
        super().__init__("; ".join(f"{place}: {message}" for place, message in errors.items()))


@dataclass(frozen=True, slots=True)
class Step:
    """One step: how long after the ladder's start, by which channel, and what to say in English and French."""

    delay: timedelta
    channel: str
    script_en: str = ""
    script_fr: str = ""

    def script(self, language: str) -> str:
        """The script in `en` or `fr`; empty if there is none."""
        return self.script_fr if language == "fr" else self.script_en


def normalised(steps: object) -> list[dict[str, Any]]:
    """Check steps, and return them as they are stored: all `KEYS`, the channel in upper case, scripts trimmed or "".

    Raises:
        InvalidSteps: the steps are not well formed. The error names every wrong place.

    """
    if not isinstance(steps, list) or not 1 <= len(steps) <= STEPS_MAX:
        raise InvalidSteps({"": f"Must be a list of 1 to {STEPS_MAX} steps."})
    errors: dict[str, str] = {}
    stored = []
    latest = 0
    for n, item in enumerate(steps):
        if not isinstance(item, dict):
            errors[f"{n}"] = "Must be an object with delay_minutes, channel, script_en and script_fr."
            continue
        errors |= dict.fromkeys((f"{n}.{key}" for key in sorted(set(map(str, item)) - set(KEYS))), "Unknown key.")
        delay = item.get("delay_minutes")
        if isinstance(delay, bool) or not isinstance(delay, int) or not 0 <= delay <= DELAY_MAX:
            errors[f"{n}.delay_minutes"] = f"Must be a whole number of minutes from 0 to {DELAY_MAX}."
        elif delay < latest:
            errors[f"{n}.delay_minutes"] = "Must not be less than that of the step before."
        else:
            latest = delay
        channel = item.get("channel")
        channel = channel.strip().upper() if isinstance(channel, str) else None
        if channel not in Channel.values:
            errors[f"{n}.channel"] = f"Must be one of {', '.join(Channel.values)}."
        scripts = {key: _script(item.get(key, ""), f"{n}.{key}", errors) for key in ("script_en", "script_fr")}
        stored.append({"delay_minutes": delay, "channel": channel, **scripts})
    if errors:
        raise InvalidSteps(errors)
    return stored


def _script(given: object, place: str, errors: dict[str, str]) -> str:
    if not isinstance(given, str):
        errors[place] = "Must be text."
        return ""
    script = given.replace("\r\n", "\n").strip()
    unknown = sorted(set(_FIELD.findall(script)) - set(FIELDS))
    if len(script) > SCRIPT_MAX_LENGTH:
        errors[place] = f"Must be at most {SCRIPT_MAX_LENGTH} characters."
    elif _CONTROL.search(script):
        errors[place] = "Control characters are not allowed."
    elif unknown:
        allowed = ", ".join(f"{{{name}}}" for name in FIELDS)
        errors[place] = f"Unknown field {{{unknown[0]}}}; a script may name {allowed}."
    elif re.search("[{}]", _FIELD.sub("", script)):
        errors[place] = "A brace stands alone; braces go around a field, such as {first_name}."
    return script


def require_call_first(steps: Sequence[Mapping[str, Any]]) -> None:
    """Refuse steps of a COLD template that begin with a message: its leads gave no ground for a message.

    Raises:
        InvalidSteps: the first step is no call.

    """
    if steps[0]["channel"] != Channel.CALL:
        raise InvalidSteps({"0.channel": "A COLD ladder begins with a CALL."})


def parsed(steps: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Return stored steps as `Step` values, in their order. The steps must be well formed."""
    return tuple(
        Step(timedelta(minutes=step["delay_minutes"]), step["channel"], step["script_en"], step["script_fr"])
        for step in steps
    )


def gap_minutes(steps: Sequence[Step], *, first: int) -> list[int]:
    """How many minutes each step must wait after the person's last contact. The first step waits for `first` minutes.

    A later step waits as long as the template leaves between the step before and this step, but at most 4 hours.
    """
    return [first, *(min(after.delay - before.delay, GAP_MAX) // MINUTE for before, after in pairwise(steps))]


class Doubt(NamedTuple):
    """A possible mistake in well-formed steps: the number of the step, from 0, and what may be wrong with it."""

    step: int
    detail: str


def doubts(steps: Sequence[Mapping[str, Any]], province: str) -> Iterator[Doubt]:
    """Yield what an editor should check: steps without French in Quebec, messages without sender or how to stop them.

    A template that is on in Quebec must say more: see `speech`.
    """
    for n, step in enumerate(parsed(steps)):
        if province == Province.QC and not step.script_fr:
            yield Doubt(n, "has no French text.")
        if step.channel not in _COMMERCIAL_MESSAGES:
            continue
        for language, script in (("English", step.script_en), ("French", step.script_fr)):
            if script and "{company}" not in script:
                yield Doubt(n, f"does not name the company in {language}: the law wants to know who sends a message.")
            if script and not _HOW_TO_STOP.search(script):
                yield Doubt(n, f"does not say in {language} how to stop the messages, as the law wants it.")


# What a script says in place of an unknown value. Brackets mark what the agent has to fill in.
_UNKNOWN: dict[str, dict[str, str]] = {
    "en": {
        "address": "your property",
        "market": "your area",
        "agent": "[your name]",
        "company": "[company]",
        "company_address": "[company address]",
        "company_contact": "[company contact]",
    },
    "fr": {
        "address": "votre propriété",
        "market": "votre région",
        "agent": "[votre nom]",
        "company": "[entreprise]",
        "company_address": "[adresse de l'entreprise]",
        "company_contact": "[coordonnées de l'entreprise]",
    },
}


def rendered(text: str, values: Mapping[str, str], language: str) -> str:
    """Fill in the fields of a well-formed script. An unknown value is replaced by general words in this language.

    An unknown first or last name is left out, with the space before it: "Hi {first_name}," becomes "Hi,". Braces within a
    value stay as they are.
    """
    unknown = _UNKNOWN["fr" if language == "fr" else "en"]
    said = []
    for literal, space, name in _cut(text):
        said.append(literal)
        if value := values.get(name) or unknown.get(name):
            said += space, value
    return "".join(said)


@lru_cache(maxsize=1024)
def _cut(script: str) -> tuple[tuple[str, str, str], ...]:
    """Cut a script into pieces: literal text, the space before a field, the field's name. The last piece has no field."""
    pieces = [*_FILLED.split(script), "", ""]
    return tuple(zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True))


def delay_text(minutes: int) -> str:
    """A delay as people read it: "at once", "30 minutes", "1 day 12 hours"."""
    hours, left = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = (
        ngettext("%(days)s day", "%(days)s days", days) % {"days": days} if days else "",
        ngettext("%(hours)s hour", "%(hours)s hours", hours) % {"hours": hours} if hours else "",
        ngettext("%(minutes)s minute", "%(minutes)s minutes", left) % {"minutes": left} if left else "",
    )
    return " ".join(filter(None, parts)) or gettext("at once")
