"""Verbs and lookups of ladder templates, and what to say at a task."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import connection, transaction

from followups.errors import QuebecWanting
from followups.leads.models import Language, Lead
from followups.models import FollowupLadder, FollowupTask
from followups.steps.cold import COLD_STEPS
from followups.steps.models import LadderTemplate
from followups.steps.rules import GUIDE_STEPS, Step, normalised, parsed, rendered, require_call_first
from followups.steps.speech import opened, wanting_in_quebec
from governance import gate, policies
from governance.compliance.rules import Sender
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing.lookups import among_sql
from wholesale.plumbing.vocabulary import ALL

SEEDED = ((LadderTemplate.Kind.STANDARD, GUIDE_STEPS), (LadderTemplate.Kind.COLD, COLD_STEPS))


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def upsert_template(
    *,
    province: str,
    market: str = ALL,
    kind: str = LadderTemplate.Kind.STANDARD,
    changed_by: str,
    reason: str = "",
    user: User | None = None,
    expected_version: int | None = None,
    now: datetime | None = None,
    **changes: Any,
) -> LadderTemplate:
    """Create or change the template of this kind of a market. `changes` may hold `enabled`, `steps` and `min_gap_minutes`;
    what is absent stays.

    Ladders that were made already keep the version that they were made from.

    Raises:
        InvalidSteps: the steps are not well formed, or those of a COLD template do not begin with a call.
        RequiredParameter: a new template without steps.
        QuebecWanting: it would be on in Quebec, and its texts do not say what the law wants there.
        VersionConflict: somebody else changed it first.

    """
    if "steps" in changes:
        changes["steps"] = normalised(changes["steps"])
        if kind == LadderTemplate.Kind.COLD:
            require_call_first(changes["steps"])
    template = policies.upsert(
        LadderTemplate,
        key={"province": province, "market": market, "kind": kind},
        changes=changes,
        user=user,
        changed_by=changed_by,
        reason=reason,
        expected_version=expected_version,
        now=now,
        required=("steps",),
    )
    if template.enabled and (wanting := wanting_in_quebec(template.steps, province)):
        raise QuebecWanting(wanting)
    return template


@transaction.atomic
def seed_templates(now: datetime | None = None) -> int:
    """Give each province that lacks one the guide's six steps and those of COLD, enabled. Returns how many were made."""
    return sum(
        policies.seed_provinces(
            LadderTemplate,
            upsert_template,
            reason="safe default",
            now=now,
            key={"kind": kind.value},
            enabled=True,
            steps=steps,
        )
        for kind, steps in SEEDED
    )


# What to say ------------------------------------------------------------------------------------------------------------


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


def scripts_of(tasks: Sequence[FollowupTask]) -> list[str | None]:
    """What to say at each task, in their order, in five queries at most, however many there are; see `scripts`.

    A lead that nobody knows is spoken to in English.
    """
    ladders = FollowupLadder.objects.filter(pk__in={task.ladder_id for task in tasks})
    made_from = {pk: made for pk, *made in ladders.values_list("pk", "template_id", "template_version")}
    leads = Lead.objects.in_bulk({task.lead_id for task in tasks if task.lead_id}, field_name="lead_id")
    agents = names_of({name for task in tasks if (name := agent_of(task))})
    nobody = Lead(language=Language.EN)
    occasions = []
    for task in tasks:
        lead = leads.get(task.lead_id, nobody)
        template, version = made_from[task.ladder_id]
        market = lead.market if lead.pk else task.market
        agent = agents.get(agent_of(task), agent_of(task))
        said = lead.language, lead.first_name, lead.last_name, lead.address, market, agent
        occasions.append(Occasion(template, version, task.step, *said))
    return scripts(occasions, gate.sender())


def agent_of(task: FollowupTask) -> str:
    """Who does the task: its owner, else who claimed it last; empty where it is anybody's."""
    return task.owner or task.leased_by or ""


def market_text(market: str) -> str:
    """A market as people read it: NORTH_BAY is North Bay. A whole province has no name of its own among them."""
    return "" if market == ALL else market.replace("_", " ").title()


def company_values(sender: Sender) -> dict[str, str]:
    """What the organisation gives to a script."""
    return {"company": sender.name, "company_address": sender.mailing_address, "company_contact": sender.contact}


# SQL of its own: claims ask these two.
_STEPS_SQL = (
    f"SELECT id, version, steps FROM {LadderTemplate.history.model._meta.db_table} WHERE id {{among}} AND version {{among}}"
)
_NAMES_SQL = f"SELECT username, first_name, last_name FROM {User._meta.db_table} WHERE username {{}}"


_Version = tuple[int | None, int | None]  # a template's id and the number of the version; None of a ladder without one
# What was read once is not read again: a version never changes, by the database's own word (wholesale.plumbing.append_only).
_known: dict[_Version, tuple[Step, ...]] = {}
_KNOWN_MAX = 1_000


def _steps_of(made_from: Collection[_Version]) -> dict[_Version, tuple[Step, ...]]:
    """The steps of each template's version. The history has every version."""
    found = {version: steps for version in made_from if (steps := _known.get(version))}
    new = [version for version in made_from if None not in version and version not in found]
    if new:
        read = _read_steps(new)
        # Only then: the number of a version that is rolled back may come again, with other steps.
        transaction.on_commit(partial(_remember, read))
        found |= read
    return found


def _read_steps(versions: Collection[_Version]) -> dict[_Version, tuple[Step, ...]]:
    among, templates = among_sql({template for template, _ in versions}, "bigint")
    _, numbers = among_sql({number for _, number in versions}, "bigint")
    with connection.cursor() as cursor:
        cursor.execute(_STEPS_SQL.format(among=among), [templates, numbers])
        found = cursor.fetchall()
    return {(pk, number): parsed(json.loads(steps)) for pk, number, steps in found if (pk, number) in versions}


def _remember(read: Mapping[_Version, tuple[Step, ...]]) -> None:
    if len(_known) >= _KNOWN_MAX:
        _known.clear()
    _known.update(read)


def names_of(usernames: Collection[str]) -> dict[str, str]:
    """The full names of users, else their user names, by user name."""
    if not usernames:
        return {}
    among, names = among_sql(usernames)
    with connection.cursor() as cursor:
        cursor.execute(_NAMES_SQL.format(among), [names])
        return {username: f"{first} {last}".strip() or username for username, first, last in cursor.fetchall()}
