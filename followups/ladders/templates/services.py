"""Verbs of ladder templates."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from followups.ladders.errors import QuebecWanting
from followups.ladders.templates.cold_steps import COLD_STEPS
from followups.ladders.templates.guide_steps import GUIDE_STEPS
from followups.ladders.templates.models import LadderTemplate
from followups.ladders.templates.speech import wanting_in_quebec
from followups.ladders.templates.steps import normalised, require_call_first
from governance import policies
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing.act import Act
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
        expected_version=expected_version,
        required=("steps",),
        act=Act(changed_by, user=user, reason=reason, at=now),
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
