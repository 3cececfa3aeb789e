"""Consents: on what ground somebody may be contacted, and where its proof is."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime
from typing import Unpack

from django.db import transaction
from django.utils import timezone

from governance.decisions import ExecutionClass, verb
from governance.grounds import Basis, is_basis
from governance.ledger.contracts import beginning, require_end
from governance.ledger.errors import NoGroundForChannel, ReferrerMissing
from governance.ledger.lines import Signed, append_lines, record_lines, require_past, subjects_reached
from governance.ledger.models import ConsentProof, ContactRecord
from governance.ledger.points import EVERY_CHANNEL, Point, channels_of
from governance.ledger.proof import NO_PROOF, Proof, missing_of
from governance.ledger.rules import Entry


@verb(ExecutionClass.RECORD)
@transaction.atomic
def record_consent(
    *,
    points: Collection[Point],
    channel: str = EVERY_CHANNEL,
    basis: str,
    obtained_at: datetime,
    ended_on: date | None = None,
    evidence: str,
    proof: Proof = NO_PROOF,
    now: datetime | None = None,
    **signed: Unpack[Signed],
) -> list[ContactRecord]:
    """A ground to contact somebody, where its proof is, and what it says. For every channel it is a line for each, since
    their expiries differ; a published address then says nothing of calls. Each line gets the whole proof. A contract is in
    force, unless `ended_on` says on which day it ended: the end is a line of its own.

    Raises:
        PointMissing: the channel reaches none of the points.
        NoGroundForChannel: a published address, one that was given to us, or a referral, for calls.
        InTheFuture: `obtained_at` or `ended_on` is later than now.
        NotAContract: `ended_on` of another ground.
        EndedBeforeContract: `ended_on` is a day before the contract.
        ReferrerMissing: a referral without the referrer's name and both relationships.

    """
    now = now or timezone.now()
    require_past("obtained_at", obtained_at, now)
    if ended_on is not None:
        require_end(basis, obtained_at, ended_on, now)
    pairs = [
        (point, reached)
        for point in subjects_reached(points, (), channel).values()
        for reached in channels_of(point)
        if channel in (EVERY_CHANNEL, reached) and is_basis(reached, basis)
    ]
    if not pairs:
        raise NoGroundForChannel(attr="basis")
    if basis == Basis.REFERRAL and (missing := missing_of(basis, proof)):
        raise ReferrerMissing(missing)
    records = record_lines(pairs, Entry.CONSENT, basis=basis, effective_at=obtained_at, evidence=evidence, now=now, **signed)
    if proof:
        ConsentProof.objects.bulk_create([ConsentProof(record=record, **asdict(proof)) for record in records])
    if ended_on is not None:
        ends = append_lines(pairs, Entry.ENDED, effective_at=beginning(ended_on), evidence=evidence, now=now, **signed)
        return [*records, *ends]
    return records
