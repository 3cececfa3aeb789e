"""The ledger as proof: what it says of some points, each line with the content of its consent and what of it is missing."""

from collections.abc import Collection
from typing import Any

from governance.compliance.models import ConsentProof, ContactPoint, ContactRecord
from governance.compliance.proof import PROOF_FIELDS, missing_of
from governance.compliance.referrals import uses_of, with_uses
from governance.compliance.rules import Entry
from wholesale.plumbing.texts import shown

# What a line says, and who recorded it when.
_LINE = ("id", "entry", "channel", "basis", "effective_at", "expires_at", "evidence", "reason")
_RECORDED = ("actor", "correlation_id", "created_at")


def proof_of(record: ContactRecord) -> ConsentProof | None:
    """The content of a consent, as far as it is on file. Only a consent has any, so nothing is asked of another line."""
    return getattr(record, "proof", None) if record.entry == Entry.CONSENT else None


def proof_lines(rows: Collection[ContactPoint]) -> list[dict[str, Any]]:
    """Every line about some points, the oldest first, as plain values. One query."""
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
