"""Of which kinds a user may be told, in which ways, and what holds where the user chose nothing."""

from collections.abc import Mapping
from typing import Any

from wholesale.console.notices.models import NoticeChoice, NoticeKind, NoticeWay

OVERSEE = "console.oversee"
# What concerns a user alone -> the permissions of which one makes it possible.
OWN = {
    NoticeKind.SLA: ("followups.claim_task",),
    NoticeKind.REPLY: ("followups.claim_task",),
    NoticeKind.IMPORT: ("followups.import_lead", "buyers.import_buyer", "offers.import_sale"),
}
DEFAULTS_OF_OVERSEERS = {
    NoticeKind.KILL_SWITCH: NoticeWay.BOTH,
    NoticeKind.TRIPWIRE: NoticeWay.BOTH,
    NoticeKind.RUNBOOK: NoticeWay.BOTH,
    NoticeKind.SLA: NoticeWay.BOTH,
    NoticeKind.REPLY: NoticeWay.APP,
    NoticeKind.IMPORT: NoticeWay.APP,
}
DEFAULT = NoticeWay.APP  # of everybody else
# Who may stop everything sees in the app that everything stands: an e-mail may be late, or in a folder for junk.
NEVER_OUT_OF_THE_APP = frozenset({NoticeKind.KILL_SWITCH})


def kinds_for(user: Any) -> list[NoticeKind]:
    """Return the kinds of which this user may be told: all for who oversees, else those that may concern the user."""
    if user.has_perm(OVERSEE):
        return list(NoticeKind)
    return [kind for kind in NoticeKind if any(map(user.has_perm, OWN.get(kind, ())))]


def ways_of(kind: NoticeKind) -> list[NoticeWay]:
    """Return the ways that may be chosen for a kind."""
    return [NoticeWay.BOTH, NoticeWay.APP] if kind in NEVER_OUT_OF_THE_APP else list(NoticeWay)


def way_of(kind: NoticeKind, chosen: Mapping[str, str], *, oversees: bool) -> NoticeWay:
    """Return how a user is told of a kind: as chosen (kind -> way), or else by default."""
    if kind in chosen:
        return NoticeWay(chosen[kind])
    return DEFAULTS_OF_OVERSEERS[kind] if oversees else DEFAULT


def chosen_by(user: Any) -> dict[str, str]:
    """Return what a user chose: kind -> way."""
    return dict(NoticeChoice.objects.filter(user=user).values_list("kind", "way"))
