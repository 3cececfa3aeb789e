"""Verbs and lookups of ladder templates, and what to say at a task."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from followups.errors import LadderTemplateDisabled
from followups.leads.models import Language, Lead
from followups.models import FollowupLadder, FollowupTask
from followups.steps.models import LadderTemplate
from followups.steps.rules import GUIDE_STEPS, Step, known_or_said, normalised, parsed, rendered
from governance import gate, policies
from governance.decisions import ExecutionClass, verb
from wholesale.vocabulary import ALL, Province

SEEDED_BY = "seed"


def template_for(province: str, market: str = ALL) -> LadderTemplate:
    """The template of a market, else of its whole province.

    Raises:
        LadderTemplateDisabled: there is none, or it is off.

    """
    template = policies.effective(LadderTemplate, province, market)
    if template is None or not template.enabled:
        raise LadderTemplateDisabled
    return template


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def upsert_template(
    *,
    province: str,
    market: str = ALL,
    changed_by: str,
    reason: str = "",
    user: User | None = None,
    expected_version: int | None = None,
    now: datetime | None = None,
    **changes: Any,
) -> LadderTemplate:
    """Create or change the template of a market. `changes` may hold `enabled` and `steps`; what is absent stays.

    Ladders that were made already keep the version that they were made from.

    Raises:
        InvalidSteps: the steps are not well formed.
        RequiredParameter: a new template without steps.
        VersionConflict: somebody else changed it first.

    """
    if "steps" in changes:
        changes["steps"] = normalised(changes["steps"])
    return policies.upsert(
        LadderTemplate,
        key={"province": province, "market": market},
        changes=changes,
        user=user,
        changed_by=changed_by,
        reason=reason,
        expected_version=expected_version,
        now=now or timezone.now(),
        required=("steps",),
    )


@transaction.atomic
def seed_templates(now: datetime | None = None) -> int:
    """Give each province that has none the guide's six steps, enabled. Returns how many were made."""
    present = set(LadderTemplate.objects.filter(market=ALL).values_list("province", flat=True))
    absent = [province for province in Province.values if province not in present]
    for province in absent:
        upsert_template(
            province=province,
            enabled=True,
            steps=GUIDE_STEPS,
            changed_by=SEEDED_BY,
            reason="safe default",
            expected_version=0,
            now=now,
        )
    return len(absent)


# What to say ------------------------------------------------------------------------------------------------------------


def script_of(task: FollowupTask) -> str | None:
    """What to say at a task; see `scripts_of`."""
    return scripts_of([task])[0]


def scripts_of(tasks: Sequence[FollowupTask]) -> list[str | None]:
    """What to say at each task, in their order, in five queries however many there are.

    It is the text of the version that the ladder was made from, in the lead's language (English for a lead that nobody
    knows), with the lead's values and the organisation's. None where nothing was written in that language, or where the
    ladder is from before there were templates.
    """
    steps = _steps_of(tasks)
    leads = Lead.objects.in_bulk({task.lead_id for task in tasks if task.lead_id}, field_name="lead_id")
    agents = _names_of({name for task in tasks if (name := agent_of(task))})
    company = company_values()
    scripts: list[str | None] = []
    for task in tasks:
        lead = leads.get(task.lead_id)
        language = lead.language if lead else Language.EN
        made_from = steps.get(task.ladder_id, ())
        text = made_from[task.step - 1].script(language) if task.step <= len(made_from) else ""
        agent = agent_of(task)
        values = {
            "first_name": lead.first_name if lead else "",
            "last_name": lead.last_name if lead else "",
            "address": lead.address if lead else "",
            "market": market_text(lead.market if lead else task.market),
            "agent": agents.get(agent, agent),
            **company,
        }
        scripts.append(rendered(text, known_or_said(values, language)) if text else None)
    return scripts


def agent_of(task: FollowupTask) -> str:
    """Who does the task: its owner, else who claimed it last; empty where it is anybody's."""
    return task.owner or task.leased_by or ""


def market_text(market: str) -> str:
    """A market as people read it: NORTH_BAY is North Bay. A whole province has no name of its own among them."""
    return "" if market == ALL else market.replace("_", " ").title()


def company_values() -> dict[str, str]:
    """What the organisation gives to a script."""
    sender = gate.sender()
    return {"company": sender.name, "company_address": sender.mailing_address, "company_contact": sender.contact}


def _steps_of(tasks: Iterable[FollowupTask]) -> dict[int, tuple[Step, ...]]:
    """The steps that each ladder was made from, by ladder. The history has every version of a template."""
    ladders = FollowupLadder.objects.filter(pk__in={task.ladder_id for task in tasks}, template__isnull=False)
    made_from = {pk: (template, version) for pk, template, version in ladders.values_list("pk", *_MADE_FROM)}
    versions = LadderTemplate.history.filter(
        id__in={template for template, _ in made_from.values()}, version__in={version for _, version in made_from.values()}
    )
    steps = {(id, version): parsed(steps) for id, version, steps in versions.values_list("id", "version", "steps")}
    return {pk: steps[version] for pk, version in made_from.items() if version in steps}


_MADE_FROM = ("template_id", "template_version")


def _names_of(usernames: Iterable[str]) -> dict[str, str]:
    """The full names of users who have one, by user name."""
    users = User.objects.filter(username__in=usernames)
    return {user.get_username(): user.get_full_name() or user.get_username() for user in users}
