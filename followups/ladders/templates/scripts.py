"""What to say at a step, by the version of the template that its ladder was made from."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction

from followups.ladders.templates.models import LadderTemplate
from followups.ladders.templates.speech import opened
from followups.ladders.templates.steps import Step, parsed, rendered
from governance.gate import Sender
from wholesale.plumbing.compiled import Select
from wholesale.plumbing.vocabulary import ALL


class Occasion(NamedTuple):
    """What a script is made from: the step, the template and version that its ladder was made from, and the values."""

    template: int | None  # None of a ladder from before there were templates
    version: int | None
    step: int
    language: str
    first_name: str
    last_name: str
    address: str
    market: str
    agent: str  # the name by which whoever does it introduces himself


def scripts(occasions: Sequence[Occasion], sender: Sender) -> list[str | None]:
    """What to say on each occasion, in their order, in one query at most, however many there are.

    It is the text of the version that the ladder was made from, in the lead's language, with the lead's values and the
    organisation's; of a call it begins with who calls and why. None where nothing was written in that language, or where the
    ladder is from before there were templates.
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
    """A market as people read it: NORTH_BAY is North Bay. A whole province has no name of its own among them."""
    return "" if market == ALL else market.replace("_", " ").title()


def company_values(sender: Sender) -> dict[str, str]:
    """What the organisation gives to a script."""
    return {"company": sender.name, "company_address": sender.mailing_address, "company_contact": sender.contact}


# Claims ask these two. The history has every version.
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
_Version = tuple[int | None, int | None]  # a template's id and the number of the version; None of a ladder without one
# What was read once is not read again: a version never changes, by the database's own word (wholesale.plumbing.append_only).
known: dict[_Version, tuple[Step, ...]] = {}
_KNOWN_MAX = 1_000


def _steps_of(made_from: Collection[_Version]) -> dict[_Version, tuple[Step, ...]]:
    """The steps of each template's version. The history has every version."""
    found = {version: steps for version in made_from if (steps := known.get(version))}
    new = [version for version in made_from if None not in version and version not in found]
    if new:
        read = _read_steps(new)
        # Only then: the number of a version that is rolled back may come again, with other steps.
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
    """The full names of users, else their user names, by user name."""
    if not usernames:
        return {}
    return {username: f"{first} {last}".strip() or username for username, first, last in _NAMES.rows(usernames=usernames)}
