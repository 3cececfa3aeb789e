"""The ledger as a proof for others: the lines about some points, with the content of each consent and what is missing."""

from collections.abc import Collection, Iterable
from typing import Any

from django.utils.translation import gettext, gettext_noop

from governance.grounds import Basis
from governance.ledger.models import ConsentProof, ContactPoint, ContactRecord
from governance.ledger.proof import PROOF_FIELDS, GivenHow, Missing, missing_of
from governance.ledger.referrals import uses_of, with_uses
from governance.ledger.rules import Entry
from wholesale.plumbing.texts import shown

# The fields of a line, and those that say who recorded it and when.
_LINE = ("id", "entry", "channel", "basis", "effective_at", "expires_at", "evidence", "reason")
_RECORDED = ("actor", "correlation_id", "created_at")


def proof_of(record: ContactRecord) -> ConsentProof | None:
    """The content of the consent that a line records. None if not on file, or if the line is no consent."""
    return getattr(record, "proof", None) if record.entry == Entry.CONSENT else None


def proof_lines(rows: Collection[ContactPoint]) -> list[dict[str, Any]]:
    """Every ledger line about some points as plain values, oldest first. Takes one query."""
    records = with_uses(ContactRecord.objects.filter(point__in=rows).select_related("point", "words", "proof", "user"))
    return [_line(record) for record in records.order_by("id")]


def _line(record: ContactRecord) -> dict[str, Any]:
    proof = proof_of(record)
    return {
        "kind": record.point.kind,
        "value": record.point.value,
        **shown(record, _LINE),
        "uses": uses_of(record),
        **shown(record, _RECORDED),
        "user": record.user.username if record.user else None,
        "proof": shown(proof, PROOF_FIELDS) if proof else None,
        "missing": [one._asdict() for one in missing_of(record.basis, proof)],
    }


_UNTIL: dict[str, str] = {
    Basis.CONTRACT: gettext_noop("the contract ends"),
    Basis.REFERRAL: gettext_noop("the first message"),
}
_WITHDRAWN = gettext_noop("it is withdrawn")


def until(basis: str) -> str:
    """What ends a consent on this ground, in words, for a consent that has no date of expiry."""
    return _UNTIL.get(basis, _WITHDRAWN)


def content_of(proof: Any) -> list[tuple[str, str]]:
    """The filled fields of a proof, as (title, text). Empty if `proof` is None."""
    said = [(name, getattr(proof, name, "")) for name in PROOF_FIELDS]
    return [(title_of(name), str(GivenHow(text).label) if name == "given_how" else text) for name, text in said if text]


def lacking(missing: Iterable[Missing]) -> list[tuple[str, str]]:
    """The missing fields of a proof, as (title, section of the law)."""
    return [(title_of(one.field), gettext(one.section)) for one in missing]


def title_of(name: str) -> str:
    """The title under which a field of a proof is shown."""
    field: Any = ConsentProof._meta.get_field(name)
    return str(field.verbose_name).capitalize()
