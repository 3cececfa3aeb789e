"""Writing ledger lines. A line records a fact, so neither the kill switch nor go-live stops the writing."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from governance.channels import Channel
from governance.grounds import consent_expiry, contract_expiry
from governance.ledger.errors import InTheFuture, PointMissing
from governance.ledger.models import ContactPoint, ContactRecord, ContactRecordWords
from governance.ledger.points import EVERY_CHANNEL, HeldPoints, Point, Subject, channels_of, digest, store_new
from governance.ledger.rules import Entry
from governance.ledger.signals import contact_records_changed, told
from wholesale.plumbing import writes
from wholesale.plumbing.act import Act
from wholesale.plumbing.wordings import parted


def require_past(attr: str, at: datetime, now: datetime) -> None:
    """Refuse a time that is later than now.

    Raises:
        InTheFuture: `at` is later than `now`; the error names `attr`.

    """
    if at > now:
        raise InTheFuture(attr=attr)


def subjects_reached(subjects: Iterable[Subject], channel: str) -> dict[str, Subject]:
    """Map from digest to subject, for those of these subjects that the channel reaches.

    Raises:
        PointMissing: the channel reaches none of them.

    """
    reached = {
        subject.digest if isinstance(subject, ContactPoint) else digest(subject): subject
        for subject in subjects
        if channel == EVERY_CHANNEL or channel in channels_of(subject)
    }
    if not reached:
        raise PointMissing(attr="email" if channel == Channel.EMAIL else "phone")
    return reached


def named_points(subjects: Iterable[Subject]) -> list[Point]:
    """The subjects as points. An erased subject is left out, because its value is not known."""
    named = ((one.kind, one.value) if isinstance(one, ContactPoint) else one for one in subjects)
    return list(dict.fromkeys((kind, value) for kind, value in named if value is not None))


def append_lines(
    pairs: Collection[tuple[Subject, str]],
    entry: Entry,
    *,
    effective_at: datetime,
    basis: str = "",
    evidence: str = "",
    held: HeldPoints | None = None,
    act: Act,
) -> list[ContactRecord]:
    """Write a line for each pair (subject, channel). Evidence and reason go into separate rows, which can be erased.

    The caller has `held` the subjects. Without it, each is a row.
    """
    rows = held.rows if held else {}
    ids = held.ids if held and held.ids else writes.ids(ContactRecord, len(pairs))
    own, words = parted({"evidence": evidence, "reason": act.reason})
    records = [
        ContactRecord(
            pk=pk,
            point=subject if isinstance(subject, ContactPoint) else rows[digest(subject)],
            entry=entry,
            channel=channel,
            basis=basis,
            effective_at=effective_at,
            expires_at=_expiry(entry, channel, basis, effective_at),
            **act.signature,
            **own,
        )
        for pk, (subject, channel) in zip(ids, pairs, strict=False)
    ]
    if not records:
        return records
    with writes.gathered():
        store_new({record.point.digest: record.point for record in records}.values(), act)
        writes.insert_objects(records)
        for record in records:
            record._state.fields_cache["words"] = None  # so that nobody looks for words where there are none
        if any(words.values()):
            beside = [ContactRecordWords(record=record, **words) for record in records]
            writes.insert(ContactRecordWords, ("record_id", *words), [(one.record_id, *words.values()) for one in beside])
    return records


def _expiry(entry: Entry, channel: str, basis: str, effective_at: datetime) -> datetime | None:
    if entry is Entry.ENDED:
        return contract_expiry(channel, effective_at)
    return consent_expiry(channel, basis, effective_at) if basis else None


def record_lines(pairs: Collection[tuple[Subject, str]], entry: Entry, *, act: Act, **line: Any) -> list[ContactRecord]:
    """Write the lines that `append_lines` writes, and send the signal `contact_records_changed`."""
    records = append_lines(pairs, entry, act=act, **line)
    if records:
        points = named_points(subject for subject, _ in pairs)
        contact_records_changed.send(
            sender=ContactRecord, envelopes=told("contact_recorded", act, points=points, entry=entry.value)
        )
    return records
