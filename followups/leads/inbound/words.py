"""Verbs and lookups of the table of words."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from followups.leads.inbound import phrases
from followups.leads.inbound.letters import words_of
from followups.leads.inbound.models import InboundWord
from followups.leads.inbound.rules import ALONE, Row, Words, prepared
from followups.leads.inbound.seeds import seeds
from governance import policies
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing.act import Act
from wholesale.plumbing.seeds import SEEDED_BY

Kind = InboundWord.Kind


def words_in_force() -> Words:
    """The table as it is now: read for each message, so that a change counts from the next one on."""
    rows = InboundWord.objects.filter(enabled=True).order_by("pk").values_list("kind", "phrase", "language")
    return prepared(tuple(Row(*row) for row in rows))


def require_sound(kind: str, phrase: str) -> None:
    """Refuse a phrase that cannot be looked for.

    Raises:
        ValueError: it holds no word, or is written in a way that its kind does not know.

    """
    phrases.parsed(phrase)
    if kind in (*ALONE, Kind.START, Kind.HELP) and (
        "".join(words_of(phrase)).isalnum() and not set(phrase).isdisjoint("*/")
    ):
        raise ValueError("of this kind is written out: no * and no /")


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def upsert_word(
    *,
    kind: str,
    phrase: str,
    changed_by: str,
    reason: str = "",
    user: User | None = None,
    expected_version: int | None = None,
    now: datetime | None = None,
    **changes: Any,
) -> InboundWord:
    """Add a word or phrase of this kind, or change it. What `changes` leaves out keeps its value.

    Raises:
        ValueError: the phrase cannot be looked for.
        VersionConflict: somebody else changed it first.

    """
    require_sound(kind, phrase)
    return policies.upsert(
        InboundWord,
        key={"kind": kind, "phrase": phrases.spelling(phrase)},
        changes=changes,
        expected_version=expected_version,
        act=Act(changed_by, user=user, reason=reason, at=now or timezone.now()),
    )


def seed_words(now: datetime | None = None) -> int:
    """Give the table the words that it lacks. Returns how many were made; none is overwritten."""
    present = set(InboundWord.objects.values_list("kind", "phrase"))
    absent = [seed for seed in seeds() if (seed.kind, seed.phrase) not in present]
    for seed in absent:
        upsert_word(**seed._asdict(), changed_by=SEEDED_BY, reason="safe default", expected_version=0, now=now)
    return len(absent)
