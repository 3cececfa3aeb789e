"""The verb of duties with a date."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from governance import policies
from governance.decisions import ExecutionClass, verb
from governance.duties.models import LegalDuty
from wholesale.plumbing.act import Act


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def upsert_duty(
    *,
    kind: str,
    subject: str = "",
    changed_by: str,
    reason: str = "",
    user: User | None = None,
    expected_version: int | None = None,
    now: datetime | None = None,
    **changes: Any,
) -> LegalDuty:
    """Write down a duty or its new dates. `changes` may hold `due_on`, `done_on`, `note` and `enabled`; what is absent
    stays.

    Raises:
        VersionConflict: somebody else changed it first.

    """
    return policies.upsert(
        LegalDuty,
        key={"kind": kind, "subject": subject},
        changes=changes,
        expected_version=expected_version,
        act=Act(changed_by, user=user, reason=reason, at=now),
    )
