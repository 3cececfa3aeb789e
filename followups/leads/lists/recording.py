"""Recording in the ledger what a list says about contact, in the transaction that stores its rows, before ladders start."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from rest_framework.exceptions import ValidationError

from followups.leads.lists.sifting import NO_PROVINCE, Good
from followups.leads.lists.wishes import EVERY_CHANNEL, Consent, Said, Wish
from followups.leads.lookups import leads_by_id
from followups.leads.models import Lead
from governance.gate import Point, channels_of, lead_point, points_of, record_opt_out
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
from wholesale.plumbing.act import Act
from wholesale.plumbing.fields import EmailAddressField, LabelField
from wholesale.plumbing.importing.rows import FileRow, RefusedRow, Row
from wholesale.plumbing.importing.texts import storable
from wholesale.plumbing.phones import e164
from wholesale.plumbing.vocabulary import NOTE_MAX_LENGTH

RECORDED = "The wish is recorded all the same."
NOT_RECORDED = "The wish is NOT recorded: the row has no number or address for it that can be read."
NOBODY_S = "There is no number or address that it could be for."
# An import reads its clock once. Lines that were recorded since then count as on file too.
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)
_lead_id, _email = LabelField(), EmailAddressField()

Points = dict[Point, None]  # an ordered set


def points_of_row(*, phone: str, email: str) -> Points:
    """Return the points of a row's phone number and e-mail address."""
    return dict.fromkeys(points_of(phone=phone, email=email))


def _with_lead(lead_id: str, points: Points) -> Points:
    """Return these points and the point of the lead id, so that a wish also binds a number that the lead gets later."""
    named = lead_point(lead_id)
    return points | ({named: None} if named else {})


@dataclass(frozen=True, slots=True)
class Saying:
    """What a row says about contact. Its wishes bind the points `bound`: those that the lead had before the import or has
    after it. Its consent counts for the points `consenting`: those that the lead has after the import."""

    lead_id: str  # "" for a refused row
    said: Said
    bound: Points
    consenting: Points


def speaking(row: Row) -> FileRow | None:
    """Return the row if it says anything about contact, else None."""
    return row if isinstance(row, FileRow) and row.said else None


def hear(good: Good, numbers: dict[str, int], refused: list[RefusedRow]) -> list[Saying]:
    """Return what the rows of a batch say about contact. `numbers` holds the row numbers of the good rows, by lead.

    A good row is moved to `refused` if no point is known for its wish, because a stored row would look as if the wish were
    recorded. A row of a new lead without a province is moved too. The wishes of a refused row are returned if its points can
    be read; the row's errors say whether its wishes are recorded.
    """
    rows = {lead_id: row for lead_id, (one, _) in good.items() if (row := speaking(one))}
    known = _known([*rows.values(), *(one.row for one in refused)])
    sayings = []
    for lead_id, row in rows.items():
        given, lead, said = good[lead_id][1], known.get(lead_id, Lead()), row.said or Said()
        will_be = points_of_row(phone=given.get("phone") or lead.phone, email=given.get("email") or lead.email)
        bound = _with_lead(lead_id, will_be | points_of_row(phone=lead.phone, email=lead.email))
        wrong = {"province": [NO_PROVINCE]} if lead_id not in known and "province" not in given else {}
        if not wrong and all(_reached(wish.channel, bound) for wish in said.wishes):
            sayings.append(Saying(lead_id, said, bound, will_be))
        else:
            del good[lead_id]
            refused.append(RefusedRow(numbers.pop(lead_id), row, wrong))
    return sayings + [saying for one in refused if (saying := _of_refused(one, known))]


def _known(rows: Iterable[Row]) -> dict[str, Lead]:
    ids = {storable(row.given["lead_id"]) for one in rows if (row := speaking(one)) and "lead_id" in row.given}
    return {lead.lead_id: lead for lead in leads_by_id(ids)} if ids else {}


def _of_refused(refused: RefusedRow, known: Mapping[str, Lead]) -> Saying | None:
    row = speaking(refused.row)
    if row is None or row.said is None or not row.said.wishes:
        return None
    lead_id, phone, email = _readable(row)
    lead = known.get(lead_id, Lead())
    bound = points_of_row(phone=phone, email=email) | points_of_row(phone=lead.phone, email=lead.email)
    bound = _with_lead(lead_id, bound)
    for wish in row.said.wishes:
        said = RECORDED if _reached(wish.channel, bound) else NOT_RECORDED
        refused.errors.setdefault(wish.column, []).append(said)
    return Saying("", Said(row.said.wishes), bound, {})


def _readable(row: FileRow) -> tuple[str, str, str]:
    """Return a row's lead id, phone and e-mail; "" for each that cannot be read. A phone number need not exist."""
    lead_id, phone, email = (row.given.get(name, "") for name in ("lead_id", "phone", "email"))
    return _valid(_lead_id.run_validation, lead_id), _valid(e164, phone), _valid(_email.run_validation, email)


def _valid(read: Callable[[str], str], text: str) -> str:
    try:
        return read(text)
    except (ValueError, ValidationError):
        return ""


def doubts_of(saying: Saying) -> dict[str, list[str]]:
    """Return, by column, the doubts that a person must look at before the lead is contacted."""
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
