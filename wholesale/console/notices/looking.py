"""The look for facts: it writes a notice for each user who is to be told."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from governance.decisions import ExecutionClass, verb
from governance.gate import runbook_status
from wholesale.console.notices.choices import OVERSEE, OWN, way_of
from wholesale.console.notices.facts import TOLD_APART, Fact, facts_since, slot_of
from wholesale.console.notices.models import Notice, NoticeChoice, NoticeKind, NoticeWatch, NoticeWay
from wholesale.plumbing.act import Act

# A fact is visible only after its commit, so each look begins this long before the end of the last one.
OVERLAP = timedelta(minutes=15)
LOOK_BACK = timedelta(days=1)  # after a standstill of the worker: what is older is on the pages, and no news
BACKEND = "wholesale.plumbing.http.personal.UserBackend"


@verb(ExecutionClass.RECORD)
def look_for_facts(*, act: Act) -> int:
    """Write the notices of what has happened since the last look. Return how many were written or have grown.

    Looking twice writes nothing twice: a notice is unique by its user, kind and quarter of an hour.
    """
    # Outside the transaction: on SQLite all other writers wait for it.
    blocking = [item["id"] for item in runbook_status(act.at)["blockers"] if item["id"] not in TOLD_APART]
    return _look(blocking, act)


@transaction.atomic
def _look(blocking: list[str], act: Act) -> int:
    NoticeWatch.objects.get_or_create(pk=1)
    watch = NoticeWatch.objects.select_for_update().get(pk=1)
    now = act.now
    watch.blockers = {check: watch.blockers.get(check, now.isoformat()) for check in blocking}
    since = slot_of(max(min(watch.looked_until or now, now) - OVERLAP, now - LOOK_BACK))
    facts = [*facts_since(since, watch.blockers)]
    watch.looked_until = now
    watch.save(update_fields=["looked_until", "blockers"])
    return _write(_due(facts), since) if facts else 0


def _due(facts: Iterable[Fact]) -> dict[tuple[int, str, datetime], Notice]:
    """Return the notices of these facts, by what makes each unique. What a user does not want is left out."""
    users = {user.pk: user for user in User.objects.filter(is_active=True, is_staff=True)}
    overseers = _who_may((OVERSEE,))
    own = {kind: _who_may(permissions) for kind, permissions in OWN.items()}
    chosen: dict[int, dict[str, str]] = {}
    for user_id, kind, way in NoticeChoice.objects.values_list("user_id", "kind", "way"):
        chosen.setdefault(user_id, {})[kind] = way
    named = {user.username: pk for pk, user in users.items()}
    due: dict[tuple[int, str, datetime], Notice] = {}
    for fact in facts:
        for pk in _told(fact, named.get(fact.whose), overseers, own) & users.keys():
            way = way_of(fact.kind, chosen.get(pk, {}), oversees=pk in overseers)
            if way != NoticeWay.OFF:
                _add(due, users[pk], fact, way)
    return due


def _who_may(permissions: Iterable[str]) -> set[int]:
    """Return the ids of the users who have one of these permissions."""
    may: Any = User.objects
    return {pk for one in permissions for pk in may.with_perm(one, backend=BACKEND).values_list("pk", flat=True)}


def _told(fact: Fact, owner: int | None, overseers: set[int], own: dict[NoticeKind, set[int]]) -> set[int]:
    """Return who is told: its owner, and who oversees. An answer that is somebody's concerns nobody else."""
    its_own = {owner} & own.get(fact.kind, set()) if owner is not None else set()
    if fact.kind == NoticeKind.REPLY and fact.whose:
        return its_own
    return overseers | its_own


def _add(due: dict[tuple[int, str, datetime], Notice], user: User, fact: Fact, way: NoticeWay) -> None:
    slot = slot_of(fact.at)
    notice = due.get((user.pk, fact.kind, slot))
    if notice is None:
        by_mail = way in (NoticeWay.BOTH, NoticeWay.MAIL) and user.email
        notice = Notice(
            user=user,
            kind=fact.kind,
            slot=slot,
            count=0,
            at=fact.at,
            in_app=way in (NoticeWay.BOTH, NoticeWay.APP),
            mail=Notice.Mail.WAITING if by_mail else Notice.Mail.NONE,
        )
        due[user.pk, fact.kind, slot] = notice
    notice.count += fact.times
    if fact.at >= notice.at:
        notice.at, notice.about = fact.at, fact.about


def _write(due: dict[tuple[int, str, datetime], Notice], since: datetime) -> int:
    """Store those of the notices that are new or have grown."""
    stored = {(one.user_id, one.kind, one.slot): one for one in Notice.objects.filter(slot__gte=since).select_for_update()}
    new = [notice for key, notice in due.items() if key not in stored]
    grown = []
    for key, notice in due.items():
        before = stored.get(key)
        if before is not None and notice.count > before.count:
            before.count, before.at, before.about, before.read_at = notice.count, notice.at, notice.about, None
            before.mail = notice.mail
            grown.append(before)
    Notice.objects.bulk_create(new)
    Notice.objects.bulk_update(grown, ["count", "at", "about", "read_at", "mail"])
    return len(new) + len(grown)
