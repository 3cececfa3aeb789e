"""The steps of a ladder as values: the guide's six, whether some are well formed, what they say. No database here."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from governance.channels import Channel
from wholesale.plumbing.vocabulary import Province

STEPS_MAX = 20
DELAY_MAX = 525_600  # minutes: a year
SCRIPT_MAX_LENGTH = 1600  # ten segments of a text message
MINUTE = timedelta(minutes=1)
GAP_MAX = timedelta(hours=4)  # who was contacted in the morning may be again in the afternoon
KEYS = ("delay_minutes", "channel", "script_en", "script_fr")
# What a script may name, in braces.
FIELDS = ("first_name", "last_name", "address", "market", "agent", "company", "company_address", "company_contact")

_FIELD = re.compile(r"\{([^{}]{0,40})\}")
_FILLED = re.compile(r"( ?)\{([a-z_]+)\}")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # all but lines and tabs
_HOW_TO_STOP = re.compile(r"\b(stop|arr[eê]t|unsubscribe|d[eé]sabonn\w*)\b", re.IGNORECASE)
_COMMERCIAL_MESSAGES = (Channel.SMS, Channel.EMAIL)  # of which CASL wants identification and a way to unsubscribe


class InvalidSteps(ValueError):
    """Steps that are not well formed; `errors` names each place (`0.script_fr`) with its message."""

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
        """What to say in `en` or `fr`; empty where nothing was written in it."""
        return self.script_fr if language == "fr" else self.script_en


# A text message names its sender, the sender's address and how to reach it, and says how to stop it (CASL; DOMAIN 1.2).
# A call begins with the opening of `speech`, which says who calls and why; each text goes on from there.
_SENDER = "{company}, {company_address}, {company_contact}."
_FIRST_SMS = (
    "Hi {first_name}, this is {company}. We would like to make you an offer to buy {address}, as it stands. May we talk? "
    f"{_SENDER} Reply STOP to opt out.",
    "Bonjour {first_name}, ici {company}. Nous aimerions vous faire une offre d'achat pour {address}, telle quelle. "
    f"Pouvons-nous en parler? {_SENDER} Répondez ARRET pour ne plus recevoir de messages.",
)
_SECOND_SMS = (
    "Hi {first_name}, {company} again, about an offer to buy {address}. When would be a good time to call you? "
    f"{_SENDER} Reply STOP to opt out.",
    "Bonjour {first_name}, ici {company}, au sujet d'une offre d'achat pour {address}. Quand pourrions-nous vous appeler? "
    f"{_SENDER} Répondez ARRET pour ne plus recevoir de messages.",
)
_LAST_SMS = (
    "Hi {first_name}, {company} here. If you would still consider an offer for {address}, just reply to this message. "
    f"{_SENDER} Reply STOP to opt out.",
    "Bonjour {first_name}, ici {company}. Si une offre pour {address} vous intéresse toujours, répondez à ce message. "
    f"{_SENDER} Répondez ARRET pour ne plus recevoir de messages.",
)
_FIRST_CALL = (
    "Is this a good moment? {company} buys houses as they stand, and you can reach us at {company_contact}. "
    "If you would rather not be called, tell me and we will stop.",
    "Est-ce un bon moment? {company} achète des maisons telles quelles, et vous pouvez nous joindre ainsi: "
    "{company_contact}. Si vous préférez ne plus être appelé, dites-le-moi et nous cesserons.",
)
_SECOND_CALL = (
    "{company} wrote to you about it. May I ask you two or three questions? You can reach us at {company_contact}. "
    "If you would rather not be called, tell me and we will stop.",
    "{company} vous a écrit à ce sujet. Puis-je vous poser deux ou trois questions? Vous pouvez nous joindre ainsi: "
    "{company_contact}. Si vous préférez ne plus être appelé, dites-le-moi et nous cesserons.",
)
_LAST_CALL = (
    "This is the last call of {company} about it. Would you like to hear our offer? If not, we will not call again. "
    "You can reach us at {company_contact}.",
    "C'est le dernier appel de {company} à ce sujet. Aimeriez-vous entendre notre offre? Sinon, nous ne rappellerons pas. "
    "Vous pouvez nous joindre ainsi: {company_contact}.",
)

# The guide's default ladder, as templates store it.
GUIDE_STEPS: list[dict[str, Any]] = [
    {"delay_minutes": minutes, "channel": channel.value, "script_en": english, "script_fr": french}
    for minutes, channel, (english, french) in (
        (0, Channel.SMS, _FIRST_SMS),
        (30, Channel.CALL, _FIRST_CALL),
        (180, Channel.SMS, _SECOND_SMS),
        (1440, Channel.CALL, _SECOND_CALL),
        (4320, Channel.SMS, _LAST_SMS),
        (10080, Channel.CALL, _LAST_CALL),
    )
]


# Whether steps are well formed ------------------------------------------------------------------------------------------


def normalised(steps: object) -> list[dict[str, Any]]:
    """The steps as they are stored: all four keys of each, channels in upper case, scripts trimmed, an absent script empty.

    Raises:
        InvalidSteps: names every place that is wrong.

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
    """Refuse well-formed steps of a COLD template that begin with a message: nobody gave a ground for it.

    Raises:
        InvalidSteps: the first step is no call.

    """
    if steps[0]["channel"] != Channel.CALL:
        raise InvalidSteps({"0.channel": "A COLD ladder begins with a CALL."})


def parsed(steps: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Well-formed steps as values, in their order."""
    return tuple(
        Step(timedelta(minutes=step["delay_minutes"]), step["channel"], step["script_en"], step["script_fr"])
        for step in steps
    )


def gap_minutes(steps: Sequence[Step], *, first: int) -> list[int]:
    """How many minutes after the last contact of the person each step waits at least; the first waits for `first`.

    A later one waits for as long as it lies behind the step before it, at most 4 hours.
    """
    return [first, *(min(after.delay - before.delay, GAP_MAX) // MINUTE for before, after in pairwise(steps))]


class Doubt(NamedTuple):
    """What is well formed and may still be a mistake: the number of the step, from 0, and what is wrong with it."""

    step: int
    detail: str


def doubts(steps: Sequence[Mapping[str, Any]], province: str) -> Iterator[Doubt]:
    """What an editor should look at: a step without French in Quebec, a message without its sender or how to stop it.

    A template that is on in Quebec is asked for more: see `speech`.
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


# What a step says -------------------------------------------------------------------------------------------------------

# What stands in a script for what is not known. What a person must not leave out is seen to be missing.
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
    """A well-formed script with its fields filled in, with words of this language where one is not known.

    A name that is not known is left out, and the space before it: "Hi {first_name}," is "Hi," to somebody whose name nobody
    knows. A value is never read as a script itself.
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
    """A script as pieces: literal text, then the space before a field and its name; of the last piece both are empty."""
    pieces = [*_FILLED.split(script), "", ""]
    return tuple(zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True))


def delay_text(minutes: int) -> str:
    """A delay as people read it: "at once", "30 minutes", "1 day 12 hours"."""
    parts = []
    for size, unit in ((1440, "day"), (60, "hour"), (1, "minute")):
        amount, minutes = divmod(minutes, size)
        if amount:
            parts.append(f"{amount} {unit}{'s' if amount > 1 else ''}")
    return " ".join(parts) or "at once"
