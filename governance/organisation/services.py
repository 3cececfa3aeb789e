"""The organisation's row: read and changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from governance import policies
from governance.decisions import ExecutionClass, verb
from governance.organisation.models import STRICT_SETTINGS, Organisation
from governance.organisation.rules import NOT_ON_FILE, Sender, Strictness
from governance.signals import contact_rules_changed
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import Update
from wholesale.plumbing.errors import RequiredParameter


def sender() -> Sender:
    """The organisation as a sender."""
    row = Organisation.objects.filter(pk=1).values_list(*Sender._fields).first()
    return Sender(*row) if row else NOT_ON_FILE


def _leniency(changes: Mapping[str, Any], reason: str) -> dict[str, str]:
    """The reason that stands beside the settings as they will be; nothing where it stays.

    Raises:
        RequiredParameter: something becomes a warning and no reason is given.

    """
    stored = Organisation.objects.select_for_update().filter(pk=1).first() or Organisation()
    after = [name for name in STRICT_SETTINGS if changes.get(name, getattr(stored, name)) == Strictness.WARN]
    if not after:
        return {"lenient_reason": ""}
    if set(after) <= set(stored.lenient):
        return {}
    if not reason.strip():
        raise RequiredParameter(attr="reason")
    return {"lenient_reason": reason}


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def upsert_organisation(
    *,
    changed_by: str,
    reason: str = "",
    user: User | None = None,
    expected_version: int | None = None,
    now: datetime | None = None,
    **changes: Any,
) -> Organisation:
    """Change who we are and how strict we are; what is absent stays. To be only warned of what is prohibited needs a reason,
    which is shown for as long as it lasts.

    Raises:
        RequiredParameter: something becomes a warning and no reason is given.
        VersionConflict: somebody else changed it first.

    """
    organisation = policies.upsert(
        Organisation,
        key={"id": 1},
        changes={**changes, **_leniency(changes, reason)},
        expected_version=expected_version,
        act=Act(changed_by, user=user, reason=reason, at=now),
    )
    contact_rules_changed.send(sender=Organisation, provinces=None, markets=None, now=organisation.updated_at)
    return organisation


# Carried out for each new contact point. It is no change that a version or a history tells.
_KEEP_MARK = Update(lambda key_mark: (Organisation.objects.filter(digest_key_mark=""), {"digest_key_mark": key_mark}))


def keep_digest_key_mark(*, key_mark: str, **_: Any) -> None:
    """Keep with which key the first contact point was made. Heard from the ledger, within its transaction."""
    _KEEP_MARK.run(key_mark=key_mark)
