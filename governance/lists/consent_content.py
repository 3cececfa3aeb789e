"""The proof of a consent, read from the columns of a list."""

from collections.abc import Mapping

from governance.gate.ledger import PROOF_FIELDS, GivenHow, Proof, longest_proof
from governance.lists.words import WORDS
from wholesale.plumbing.importing.texts import key_of, keyed, storable

_WAYS = keyed(WORDS["ways"], GivenHow.values)


def content_told(told: Mapping[str, str]) -> tuple[Proof, list[str]]:
    """Return the proof of consent that a row gives, and a text for each fault in it. A text that is too long is a fault."""
    texts = {name: storable(told[name]) for name in PROOF_FIELDS if name in told}
    if "given_how" in texts:
        texts["given_how"] = _WAYS.get(key_of(texts["given_how"]), "")
    lacking = [] if texts.get("given_how", "known") else ["a way of giving it that is known"]
    lacking += [_too_long(name) for name, text in texts.items() if len(text) > longest_proof(name)]
    return Proof(**texts), lacking


def _too_long(name: str) -> str:
    return f"its {name.replace('_', ' ')} (at most {longest_proof(name):,} characters)"
