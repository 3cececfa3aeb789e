"""Recording in the ledger what a list says about contact, in the transaction that stores its rows."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rest_framework.exceptions import ValidationError

from governance.gate import Point, channels_of, record_opt_out
from governance.gate.ledger import (
    Entry,
    LedgerLine,
    Ledgers,
    is_basis,
    ledgers,
    opted_out,
    record_consent,
    record_do_not_call,
)
from governance.lists.kinds import PeopleKind
from governance.lists.wishes import EVERY_CHANNEL, Consent, Said, Wish
from wholesale.plumbing.act import Act
from wholesale.plumbing.fields import EmailAddressField, LabelField
from wholesale.plumbing.importing.rows import FileRow, RefusedRow, Row
from wholesale.plumbing.importing.sifting import Good
from wholesale.plumbing.importing.texts import storable
from wholesale.plumbing.phones import e164
from wholesale.plumbing.vocabulary import NOTE_MAX_LENGTH

RECORDED = "The wish is recorded all the same."
NOT_RECORDED = "The wish is NOT recorded: the row has no number or address for it that can be read."
NOBODY_S = "There is no number or address that it could be for."
# An import reads its clock once. Lines that were recorded since then count as on file too.
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)
_id, _email = LabelField(), EmailAddressField()

Points = dict[Point, None]  # an ordered set


@dataclass(frozen=True, slots=True)
class Saying:
    """What a row says about contact. Its wishes bind the points `bound`: those that the person had before the import or
    has after it. Its consent counts for the points `consenting`: those that the person has after the import."""

    person_id: str  # "" for a refused row
    said: Said
    bound: Points
    consenting: Points


def speaking(row: Row) -> FileRow | None:
    """Return the row if it says anything about contact, else None."""
    return row if isinstance(row, FileRow) and row.said else None


def hear(people: PeopleKind, good: Good, numbers: dict[str, int], refused: list[RefusedRow]) -> list[Saying]:
    """Return what the rows of a batch say about contact. `numbers` holds the row numbers of the good rows, by id.

    A good row is moved to `refused` if no point is known for its wish, because a stored row would look as if the wish were
    recorded. A row of a new person without a province is moved too. The wishes of a refused row are returned if its points
    can be read; the row's errors say whether its wishes are recorded.
    """
    rows = {person_id: row for person_id, (one, _) in good.items() if (row := speaking(one))}
    known = _known(people, [*rows.values(), *(one.row for one in refused)])
    sayings = []
    for person_id, row in rows.items():
        given, stored, said = good[person_id][1], _stored(known.get(person_id)), row.said or Said()
        will_be = people.points_at(_after(given, stored))
        bound = people.with_person(person_id, will_be | people.points_at(stored))
        wrong = {"province": [people.no_province]} if person_id not in known and "province" not in given else {}
        if not wrong and all(_reached(wish.channel, bound) for wish in said.wishes):
            sayings.append(Saying(person_id, said, bound, will_be))
        else:
            del good[person_id]
            refused.append(RefusedRow(numbers.pop(person_id), row, wrong))
    return sayings + [saying for one in refused if (saying := _of_refused(people, one, known))]


def _known(people: PeopleKind, rows: Iterable[Row]) -> dict[str, Any]:
    key = people.key
    ids = {storable(row.given[key]) for one in rows if (row := speaking(one)) and key in row.given}
    return {getattr(person, key): person for person in people.by_id(ids)} if ids else {}


def _stored(person: Any) -> Callable[[str], str]:
    """Return what gives a stored person's value of each column. It gives "" for a person who is not stored (None)."""
    return lambda name: getattr(person, name, "")


def _after(given: Mapping[str, Any], stored: Callable[[str], str]) -> Callable[[str], str]:
    """Return what gives a person's value of each column after the import."""
    return lambda name: given.get(name) or stored(name)


def _of_refused(people: PeopleKind, refused: RefusedRow, known: Mapping[str, Any]) -> Saying | None:
    row = speaking(refused.row)
    if row is None or row.said is None or not row.said.wishes:
        return None
    person_id = _valid(_id.run_validation, row.given.get(people.key, ""))
    readable = _readable(people, row)
    bound = people.points_at(readable.__getitem__) | people.points_at(_stored(known.get(person_id)))
    bound = people.with_person(person_id, bound)
    for wish in row.said.wishes:
        said = RECORDED if _reached(wish.channel, bound) else NOT_RECORDED
        refused.errors.setdefault(wish.column, []).append(said)
    return Saying("", Said(row.said.wishes), bound, {})


def _readable(people: PeopleKind, row: FileRow) -> dict[str, str]:
    """Return a row's numbers and addresses by column; "" for each that cannot be read. A phone number need not exist."""
    phones = {name: _valid(e164, row.given.get(name, "")) for name in people.phones}
    return phones | {name: _valid(_email.run_validation, row.given.get(name, "")) for name in people.emails}


def _valid(read: Callable[[str], str], text: str) -> str:
    try:
        return read(text)
    except (ValueError, ValidationError):
        return ""


def doubts_of(saying: Saying) -> dict[str, list[str]]:
    """Return, by column, the doubts that a person must look at before the person is contacted."""
    found: dict[str, list[str]] = defaultdict(list)
    for column, doubt in saying.said.doubts:
        found[column].append(doubt)
    consent = saying.said.consent
    if consent and not any(_grounds(consent, point) for point in saying.consenting):
        found["consent"].append(NOBODY_S)
    return dict(found)


def record(sayings: Collection[Saying], act: Act, *, source: str, dry_run: bool) -> Counter[str]:
    """Record the wishes and consents that are not on file yet. The caller's transaction has locked their points. `source`
    is the file's name. The same list again writes nothing, except that a wish without a date is recorded again if it was
    lifted. Return, by ledger entry, the number of rows that add something. With `dry_run`, only count.
    """
    on_file = ledgers({point for saying in sayings for point in saying.bound | saying.consenting})
    counts: Counter[str] = Counter()
    wishes: dict[Wish, Points] = defaultdict(dict)
    consents: dict[Consent, Points] = defaultdict(dict)
    for saying in sayings:
        entries = set()
        for wish in saying.said.wishes:
            if news := [point for point in _reached(wish.channel, saying.bound) if _is_news(wish, point, on_file)]:
                wishes[wish] |= dict.fromkeys(news)
                entries.add(wish.entry.value)
        consent = saying.said.consent
        if consent and (news := [point for point in saying.consenting if _is_new_ground(consent, point, on_file)]):
            consents[consent] |= dict.fromkeys(news)
            entries.add(Entry.CONSENT.value)
        counts.update(entries)
    if not dry_run:
        _write(wishes, consents, act, source=source)
    return counts


def _write(wishes: Mapping[Wish, Points], consents: Mapping[Consent, Points], act: Act, *, source: str) -> None:
    for consent, points in consents.items():
        record_consent(
            points=list(points),
            channel=consent.channel,
            basis=consent.basis,
            obtained_at=consent.obtained_at,
            evidence=consent.evidence,
            proof=consent.proof,
            act=act.because(storable(f"in {source}")[:NOTE_MAX_LENGTH]),
        )
    for wish, points in wishes.items():
        evidence = storable(f"{source}, column {wish.column}")[:NOTE_MAX_LENGTH]
        if wish.entry == Entry.DO_NOT_CALL:
            record_do_not_call(points=list(points), said_at=wish.said_at, evidence=evidence, act=act)
        else:
            record_opt_out(points=list(points), channel=wish.channel, said_at=wish.said_at, evidence=evidence, act=act)


def _reached(channel: str, points: Iterable[Point]) -> list[Point]:
    return [point for point in points if channel == EVERY_CHANNEL or channel in channels_of(point)]


def _is_news(wish: Wish, point: Point, on_file: Ledgers) -> bool:
    lines = on_file[point].lines
    if wish.said_at and any(_says(line, wish.entry, wish.channel, wish.said_at) for line in lines):
        return False  # this wish is on file, even if it was lifted since
    channels = channels_of(point) if wish.channel == EVERY_CHANNEL else (wish.channel,)
    return not all(opted_out(lines, channel, _END_OF_TIME) for channel in channels)


def _grounds(consent: Consent, point: Point) -> list[str]:
    """Return the channels by which this consent is a ground for contact with this point."""
    wanted = (channel for channel in channels_of(point) if consent.channel in (EVERY_CHANNEL, channel))
    return [channel for channel in wanted if is_basis(channel, consent.basis)]


def _is_new_ground(consent: Consent, point: Point, on_file: Ledgers) -> bool:
    told = [line for line in on_file[point].lines if line.basis == consent.basis]
    return any(
        not any(_says(line, Entry.CONSENT, channel, consent.obtained_at) for line in told)
        for channel in _grounds(consent, point)
    )


def _says(line: LedgerLine, entry: str, channel: str, at: datetime) -> bool:
    return line.kind == entry and line.channel == channel and line.effective_at == at
