"""Reading what a list says about contact: columns such as `do_not_call`, `unsubscribed`, `consent`, in English and French.

A wish to be left alone must never be lost. An unknown column that looks like a wish is a doubt, and so is a value that says
neither yes nor no. A doubt records nothing: a person looks at the row before anybody is contacted.
"""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from governance.channels import Channel
from governance.gate.ledger import ACCEPTED, NO_PROOF, PROOF_FIELDS, Basis, Entry, Proof, missing_of
from governance.lists.consent_content import content_told
from governance.lists.words import WISHES_AS_STATUS, WORDS
from wholesale.plumbing.days import beginning
from wholesale.plumbing.importing.texts import LONGEST, key_of, keyed, storable
from wholesale.plumbing.importing.words import NOTHING_SAID
from wholesale.plumbing.vocabulary import NOTE_MAX_LENGTH

EVERY_CHANNEL = ""
# The columns about contact that a page about imports names. Their other names are in `words.toml`.
CONTACT_COLUMNS = [
    *("do_not_call", "do_not_text", "do_not_email", "do_not_contact", "unsubscribed"),
    *("consent", "consent_basis", "consent_date", "consent_source", "consent_channel"),
    *("consent_wording", "consent_purpose", "consent_on_behalf_of", "consent_withdrawal"),
    *("consent_given_how", "consent_given_where", "referrer_name", "referrer_to_lead", "referrer_to_us"),
]
Doubt = tuple[str, str]  # a column, and what is doubtful about it


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish not to be contacted, by one channel or by any. `said_at` is the wish's date, or None if the list has none."""

    entry: Entry
    channel: str
    column: str  # the file's name of the column
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent that a list gives: its ground, its date, and where the evidence is."""

    basis: str
    obtained_at: datetime
    evidence: str
    channel: str = EVERY_CHANNEL
    proof: Proof = NO_PROOF


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says about contact. A person must look at its `doubts`."""

    wishes: tuple[Wish, ...] = ()
    consent: Consent | None = None
    doubts: tuple[Doubt, ...] = ()


# By the key of a column's name (`key_of`).
_WISHES = {
    key: (Entry.DO_NOT_CALL if word == Channel.CALL else Entry.OPT_OUT, EVERY_CHANNEL if word == "ALL" else word)
    for key, word in keyed(WORDS["wishes"]).items()
}
_CONSENT = keyed(WORDS["consent"])
_LOOKS_LIKE_ONE = re.compile(
    "dnc|do(es)?not|^dont|opt(ed|s)?(out|in)|^opt$|unsub|subscri|consent|casl|lcap|lnnte|nepas|^pasd|desabonn|abonne|desinscri"
    "|^no(call|contact|text|sms|email|phone)|aucuncontact|suppress|blacklist|blocklist|listenoire|litigat"
    "|okto|(may|can)(i|we)?(call|text|email|contact)"
)
_AROUND_A_NAME = re.compile("^(is|has)|(flag|yn|on|yesno|ouinon|indicator)$")

_YES = frozenset(keyed({"yes": WORDS["answers"]["yes"]}))
_YES_TO_A_WISH = _YES | WISHES_AS_STATUS
_NO = frozenset(keyed({"no": WORDS["answers"]["no"]}))
_TICKS = frozenset(WORDS["answers"]["ticks"])
_BASES = keyed(WORDS["bases"])
_CONTENT = frozenset(PROOF_FIELDS)
_NAMED = ", ".join(basis.lower().replace("_", " ") for basis, _ in ACCEPTED)
_RETIRED = keyed(WORDS["retired_bases"])
_CHANNELS = {key: EVERY_CHANNEL if word == "ALL" else word for key, word in keyed(WORDS["channels"]).items()}
_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ][0-9:.]+(?:Z|[+-][0-9:]+)?)?")
_DAY_OR_MONTH_FIRST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})(?:[ T][0-9:.]+(?: ?[AaPp]\.?[Mm]\.?)?)?")


class WishColumns:
    """The columns of a file that say, or seem to say, who may be contacted. If a column occurs twice, both are read."""

    lost = "If it holds a wish not to be contacted, that is not recorded."

    def __init__(self, columns: Sequence[str], meanings: Sequence[str | None]) -> None:
        """Find these columns in the file's `columns`. `meanings` has, for each, the person's field that it means or None."""
        self.wishes: list[tuple[int, str, Entry, str]] = []
        self.consent: list[tuple[int, str]] = []
        self.doubtful: list[tuple[int, str]] = []
        self.understood: set[str] = set()
        self.status = meanings.index("status") if "status" in meanings else None
        for index, name in enumerate(columns):
            key = key_of(name)
            key = key if key in _WISHES else _AROUND_A_NAME.sub("", key)
            if key in _WISHES:
                self.wishes.append((index, name, *_WISHES[key]))
                self.understood.add(name)
            elif key in _CONSENT:
                self.consent.append((index, _CONSENT[key]))
                self.understood.add(name)
            elif meanings[index] is None and _LOOKS_LIKE_ONE.search(key):
                self.doubtful.append((index, name))

    def __bool__(self) -> bool:
        return bool(self.wishes or self.consent or self.doubtful or self.status is not None)

    @property
    def notes(self) -> list[str]:
        """Return a note for each unknown column that looks like a wish."""
        return [f"Column {name} looks like a wish not to be contacted, and is not known." for _, name in self.doubtful]

    def read(self, cells: Sequence[str], now: datetime) -> Said | None:
        """Return what a row says about contact, or None if it says nothing."""
        wishes, doubts = self._wishes(cells)
        key = key_of(_cell(cells, self.status)) if self.status is not None else ""
        if key in WISHES_AS_STATUS:
            wishes.append(Wish(*_WISHES[key], "status"))
            doubts.append(("status", "It holds a wish not to be contacted, and is no status."))
        doubts += [
            (name, "The column looks like a wish not to be contacted, and is not known.")
            for index, name in self.doubtful
            if _says_something(_cell(cells, index))
        ]
        consent, lacking = self._consent(cells, now) if self.consent else (None, "")
        if lacking:
            doubts.append(("consent", lacking))
        return Said(tuple(wishes), consent, tuple(doubts)) if wishes or doubts or consent else None

    def _wishes(self, cells: Sequence[str]) -> tuple[list[Wish], list[Doubt]]:
        """Return the row's wishes and doubts. If two columns state the same wish, it is returned once, dated if possible."""
        wishes: dict[tuple[Entry, str], Wish] = {}
        doubts = []
        for index, name, entry, channel in self.wishes:
            cell = _cell(cells, index)
            answer = _answer(cell, _YES_TO_A_WISH)
            if answer is None:
                doubts.append((name, f"“{cell[:LONGEST]}” says neither yes nor no."))
            elif isinstance(answer, date):
                wishes[entry, channel] = Wish(entry, channel, name, beginning(answer))
            elif answer:
                wishes.setdefault((entry, channel), Wish(entry, channel, name))
        return list(wishes.values()), doubts

    def _consent(self, cells: Sequence[str], now: datetime) -> tuple[Consent | None, str]:
        """Return the row's consent and "", or None and what the consent lacks ("" if the row gives no consent)."""
        told = {part: cell for index, part in self.consent if _says_something(cell := _cell(cells, index))}
        is_asked = any(part == "given" for _, part in self.consent)
        if not told or (is_asked and _CONTENT.issuperset(told)):
            return None, ""  # a list may repeat its wording in every row, also in rows without a consent
        given = told.pop("given", "" if is_asked else "yes")
        answer = _answer(given, _YES)
        if answer is None and key_of(given) in _BASES | _RETIRED:
            answer = bool(told.setdefault("basis", given))
        if answer is None or not given:
            return None, f"“{given[:LONGEST]}” says neither yes nor no."
        if isinstance(answer, date):
            told.setdefault("date", given)
        return _whole(told, now) if answer else (None, "")


def _cell(cells: Sequence[str], index: int) -> str:
    return cells[index].strip() if index < len(cells) else ""


def _says_something(cell: str) -> bool:
    return bool(cell) and (cell == "0" or cell.lower() not in NOTHING_SAID)


def _whole(told: dict[str, str], now: datetime) -> tuple[Consent | None, str]:
    """Return the consent and "" if all of its parts are given, or else None and a text about what it lacks."""
    key = key_of(told.get("basis", ""))
    basis = _BASES.get(key)
    if key in _RETIRED:
        return None, f"Its basis {_RETIRED[key]} is retired: say purchase by lead or contract."
    proof, unfit = content_told(told)
    if basis == Basis.REFERRAL and missing_of(basis, proof):
        return None, "Its basis REFERRAL names a referrer: give the name and both relationships."
    days = days_of(told.get("date", ""))
    channel = _CHANNELS.get(key_of(told["channel"])) if "channel" in told else EVERY_CHANNEL
    evidence = storable(told.get("source", ""))
    lacking = [
        name
        for name, is_there in (
            (f"its basis ({_NAMED})", basis),
            ("its date (YYYY-MM-DD)", len(days) == 1),
            (f"its source (at most {NOTE_MAX_LENGTH:,} characters)", 0 < len(evidence) <= NOTE_MAX_LENGTH),
            ("a channel that is known", channel is not None),
        )
        if not is_there
    ] + unfit
    if lacking or basis is None or channel is None:
        return None, f"It lacks {', '.join(lacking)}."
    obtained_at = beginning(days[0])
    if obtained_at > now:
        return None, "Its date lies in the future."
    return Consent(basis, obtained_at, evidence, channel, proof), ""


def _answer(cell: str, yes: frozenset[str]) -> date | bool | None:
    """Return a cell's answer: True (ticked, or in `yes`), a date (yes since then), False (no or empty), None (unclear)."""
    if not _says_something(cell):
        return False
    key = key_of(cell.removesuffix(".0"))
    if cell in _TICKS or key in yes:
        return True
    if key in _NO:
        return False
    # If a cell may mean two days, take the later one: a consent given in between must not outlive the wish.
    return max(days_of(cell), default=None)


def days_of(cell: str) -> list[date]:
    """Return the days that a cell may mean: two if day and month can be swapped, none if the cell holds no date."""
    iso, other = _ISO.fullmatch(cell), _DAY_OR_MONTH_FIRST.fullmatch(cell)
    if iso:
        return _real([(int(iso[1]), int(iso[2]), int(iso[3]))])
    if other:
        first, second, year = int(other[1]), int(other[2]), int(other[3])
        return _real([(year, first, second), (year, second, first)])
    return []


def _real(days: Sequence[tuple[int, int, int]]) -> list[date]:
    found = []
    for year, month, day in dict.fromkeys(days):
        if 2000 <= year < 2100 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]:
            found.append(date(year, month, day))
    return found
