"""Recording consents, with their proof, and the ends of contracts."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import NamedTuple

from django.db import transaction

from governance.decisions import ExecutionClass, verb
from governance.grounds import Basis, contract_expiry, is_basis
from governance.ledger.errors import EndedBeforeContract, NoContractOnFile, NoGroundForChannel, NotAContract, ReferrerMissing
from governance.ledger.lines import append_lines, record_lines, require_past, subjects_reached
from governance.ledger.models import ConsentProof, ContactRecord
from governance.ledger.points import EVERY_CHANNEL, Point, Subject, channels_of, hold
from governance.ledger.proof import NO_PROOF, Proof, missing_of
from governance.ledger.reading import filed_under
from governance.ledger.rules import Entry, LedgerLine, contract_counts_until, is_ended_by
from wholesale.plumbing.act import Act
from wholesale.plumbing.days import beginning


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
    act: Act,
) -> list[ContactRecord]:
    """Record a ground to contact somebody. `evidence` says where the proof is; `proof` is what the person agreed to. A
    consent for every channel becomes one line for each channel that the ground fits, because the expiry depends on the
    channel. Each line gets the whole proof. `ended_on`, the last day of an ended contract, becomes a further line.

    Raises:
        PointMissing: the channel reaches none of the points.
        NoGroundForChannel: the ground does not fit the channel, such as a published address or a referral for calls.
        InTheFuture: `obtained_at` or `ended_on` is later than now.
        NotAContract: `ended_on` is given, and the ground is not a contract.
        EndedBeforeContract: `ended_on` is before the day of the contract.
        ReferrerMissing: the ground is a referral, and the proof lacks the referrer's name or a relationship.

    """
    require_past("obtained_at", obtained_at, act.now)
    if ended_on is not None:
        require_end(basis, obtained_at, ended_on, act.now)
    pairs = [
        (point, reached)
        for point in subjects_reached(points, channel).values()
        for reached in channels_of(point)
        if channel in (EVERY_CHANNEL, reached) and is_basis(reached, basis)
    ]
    if not pairs:
        raise NoGroundForChannel(attr="basis")
    if basis == Basis.REFERRAL and (missing := missing_of(basis, proof)):
        raise ReferrerMissing(missing)
    held = hold([point for point, _ in pairs], len(pairs))
    line = {"basis": basis, "effective_at": obtained_at, "evidence": evidence}
    records = record_lines(pairs, Entry.CONSENT, **line, held=held, act=act)
    if proof:
        ConsentProof.objects.bulk_create([ConsentProof(record=record, **asdict(proof)) for record in records])
    if ended_on is not None:
        held = held._replace(ids=[])
        ends = append_lines(pairs, Entry.ENDED, effective_at=beginning(ended_on), evidence=evidence, held=held, act=act)
        return [*records, *ends]
    return records


def require_end(basis: str, obtained_at: datetime, ended_on: date, now: datetime) -> None:
    """Refuse a last day if the ground is no contract, or if the day is in the future or before the contract.

    Raises:
        NotAContract, InTheFuture, EndedBeforeContract: as in `record_consent`.

    """
    if basis != Basis.CONTRACT:
        raise NotAContract(attr="ended_on")
    require_past("ended_on", beginning(ended_on), now)
    if ended_on < obtained_at.astimezone(UTC).date():
        raise EndedBeforeContract(attr="ended_on")


@verb(ExecutionClass.RECORD)
@transaction.atomic
def end_contract(
    *, points: Collection[Point], channel: str = EVERY_CHANNEL, ended_on: date, evidence: str, act: Act
) -> list[ContactRecord]:
    """Record that contracts ended on this day. From then each is a ground for messages for 2 years, for calls 18 months.

    All contracts on file that were made by that day end. A contract's line stays as it is; the end is a further line. The
    earliest end of a contract counts, so nothing is written for a contract that has an earlier end already.

    Raises:
        PointMissing: the channel reaches none of the points.
        InTheFuture: the day has not begun.
        NoContractOnFile: the points have no contract.
        EndedBeforeContract: each contract was made after that day.

    """
    reached = subjects_reached(points, channel)
    held = hold(reached.values(), 0)
    ended_at = beginning(ended_on)
    require_past("ended_on", ended_at, act.now)
    contracts = _contracts(reached, channel)
    if not contracts:
        raise NoContractOnFile
    made_by_then = [one for one in contracts if is_ended_by(one.line, ended_at)]
    if not made_by_then:
        raise EndedBeforeContract(attr="ended_on")
    ending = [one for one in made_by_then if one.until is None or one.until > contract_expiry(one.channel, ended_at)]
    return record_lines(
        list(dict.fromkeys((one.point, one.channel) for one in ending)),
        Entry.ENDED,
        effective_at=ended_at,
        evidence=evidence,
        held=held,
        act=act,
    )


class _Contract(NamedTuple):
    """A contract on file for one channel. `until` is when it stops being a ground; None while it is in force."""

    point: Subject
    channel: str
    line: LedgerLine
    until: datetime | None


def _contracts(reached: Mapping[str, Subject], channel: str) -> list[_Contract]:
    return [
        _Contract(reached[known_by], by, line, contract_counts_until(line, on_file.lines[n + 1 :], by))
        for known_by, on_file in filed_under(reached).items()
        for by in channels_of(reached[known_by])
        if channel in (EVERY_CHANNEL, by)
        for n, line in enumerate(on_file.lines)
        if line.kind == Entry.CONSENT and line.basis == Basis.CONTRACT and line.concerns(by)
    ]
