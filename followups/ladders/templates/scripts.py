"""The scripts of steps. A script comes from the version of the template that the ladder was made from."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction

from followups.ladders.templates.models import LadderTemplate
from followups.ladders.templates.speech import opened
from followups.ladders.templates.steps import Step, parsed, rendered
from governance.gate import Sender
from wholesale.plumbing.codes import spelled
from wholesale.plumbing.compiled import Select
from wholesale.plumbing.vocabulary import ALL


class Occasion(NamedTuple):
    """What a script is made from: the step, its ladder's template and version, and the values to fill in."""

    template: int | None  # None if the ladder is older than the templates
    version: int | None
    step: int
    language: str
    first_name: str
    last_name: str
    address: str
    market: str
    agent: str  # the name under which the agent introduces himself


def scripts(occasions: Sequence[Occasion], sender: Sender) -> list[str | None]:
    """Return the script for each occasion, in the order of the occasions. It takes one query at most.

    A script is the text of the ladder's template version, in the lead's language, with the values of the lead and the
    organisation filled in. A call's script begins with who calls and why. A script is None if a message has no text in that
    language, or if the ladder is older than the templates.
    """
    steps = _steps_of({(occasion.template, occasion.version) for occasion in occasions})
    company = company_values(sender)
    return [_script(occasion, steps.get((occasion.template, occasion.version), ()), company) for occasion in occasions]


def _script(occasion: Occasion, steps: tuple[Step, ...], company: dict[str, str]) -> str | None:
    step = steps[occasion.step - 1] if occasion.step <= len(steps) else None
    text = opened(step.script(occasion.language), step.channel, occasion.language) if step else ""
    if not text:
        return None
    values = {
        "first_name": occasion.first_name,
        "last_name": occasion.last_name,
        "address": occasion.address,
        "market": market_text(occasion.market),
        "agent": occasion.agent,
        **company,
    }
    return rendered(text, values, occasion.language)


def market_text(market: str) -> str:
    """A market as people read it: NORTH_BAY becomes North Bay. Empty for ALL, which is the whole province."""
    return "" if market == ALL else spelled(market)


def company_values(sender: Sender) -> dict[str, str]:
    """The organisation's values for the fields of a script."""
    return {"company": sender.name, "company_address": sender.mailing_address, "company_contact": sender.contact}


# Compiled once, because each claim runs these two. The history has every version.
_STEPS = Select(
    lambda templates, versions: (
        LadderTemplate.history.model.objects.filter(id__among=templates, version__among=versions)
        .order_by()
        .values_list("id", "version", "steps")
    )
)
_NAMES = Select(
    lambda usernames: User.objects.filter(username__among=usernames).values_list("username", "first_name", "last_name")
)
_Version = tuple[int | None, int | None]  # a template's id and version; None for a ladder without a template
# A version is read only once: the database forbids changing it (wholesale.plumbing.append_only).
known: dict[_Version, tuple[Step, ...]] = {}
_KNOWN_MAX = 1_000


def _steps_of(made_from: Collection[_Version]) -> dict[_Version, tuple[Step, ...]]:
    """The steps of these template versions. They are in memory, or else read from the history, which has every version."""
    found = {version: steps for version in made_from if (steps := known.get(version))}
    new = [version for version in made_from if None not in version and version not in found]
    if new:
        read = _read_steps(new)
        # Only after the commit: the number of a version that is rolled back may come again, with other steps.
        transaction.on_commit(partial(_remember, read))
        found |= read
    return found


def _read_steps(versions: Collection[_Version]) -> dict[_Version, tuple[Step, ...]]:
    found = _STEPS.rows(templates={template for template, _ in versions}, versions={number for _, number in versions})
    return {(pk, number): parsed(steps) for pk, number, steps in found if (pk, number) in versions}


def _remember(read: Mapping[_Version, tuple[Step, ...]]) -> None:
    if len(known) >= _KNOWN_MAX:
        known.clear()
    known.update(read)


def names_of(usernames: Collection[str]) -> dict[str, str]:
    """The full name of each user, by user name. A user without a full name gets the user name."""
    if not usernames:
        return {}
    return {username: f"{first} {last}".strip() or username for username, first, last in _NAMES.rows(usernames=usernames)}
