"""The proof of a consent, as values and pure functions. Whoever relies on a consent has to prove it (CASL 13).

Sources, checked on 29 November 2026 in stored copies: CASL, S.C. 2010, c. 23, ss. 10(1) and 13; Electronic Commerce
Protection Regulations (CRTC), SOR/2012-36, s. 4; Electronic Commerce Protection Regulations, SOR/2013-221, s. 4.
"""

from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from governance.grounds import Basis

WORDING_MAX_LENGTH = 4_000


class GivenHow(models.TextChoices):
    """How a consent was given. We may ask for a consent orally or in writing (SOR/2012-36, s. 4)."""

    WEB_FORM = "WEB_FORM", _("Web form")
    PAPER = "PAPER", _("On paper")
    EMAIL = "EMAIL", _("E-mail")
    TEXT = "TEXT", _("Text message")
    SPOKEN = "SPOKEN", _("Spoken, and recorded")
    IN_PERSON = "IN_PERSON", _("In person")
    OTHER = "OTHER", _("Otherwise")


@dataclass(frozen=True, slots=True)
class Proof:
    """The content of a consent: what the person agreed to. A field that is not known is empty."""

    wording: str = ""  # as it was shown or read out
    purpose: str = ""
    on_behalf_of: str = ""  # who asked, and for whom
    withdrawal_statement: str = ""  # how the request said that the consent can be withdrawn
    given_how: str = ""  # a GivenHow
    given_where: str = ""  # a web address, a place, a file or a recording
    referrer_name: str = ""  # in full
    referrer_to_lead: str = ""  # the referrer's relationship with the person who is contacted
    referrer_to_us: str = ""  # the referrer's relationship with us

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in PROOF_FIELDS)


NO_PROOF = Proof()
PROOF_FIELDS = tuple(field.name for field in fields(Proof))


class Missing(NamedTuple):
    """A field that a proof lacks, and the section of the law that asks for it."""

    field: str
    section: str


# In English for the API; a page shows the translation.
_WANTED: dict[str, dict[str, str]] = {
    Basis.EXPRESS: {
        "wording": gettext_noop("CASL, s. 13"),
        "purpose": gettext_noop("CASL, s. 10(1)(a)"),
        "on_behalf_of": gettext_noop("CASL, s. 10(1)(b); SOR/2012-36, s. 4(a) to (c)"),
        "withdrawal_statement": gettext_noop("SOR/2012-36, s. 4(e)"),
        "given_how": gettext_noop("SOR/2012-36, s. 4"),
        "given_where": gettext_noop("CASL, s. 13"),
    },
    Basis.REFERRAL: dict.fromkeys(
        ("referrer_name", "referrer_to_lead", "referrer_to_us"), gettext_noop("SOR/2013-221, s. 4")
    ),
}
# What the wording or its form must show. A program cannot tell, so a person reads it.
READ_IN_WORDING = {
    gettext_noop("the mailing address, and a phone number, an e-mail address or a web address"): gettext_noop(
        "SOR/2012-36, s. 4(d)"
    ),
    gettext_noop("that this consent was asked for separately"): gettext_noop("SOR/2012-36, s. 4"),
}


def missing_of(basis: str, proof: Any = None) -> list[Missing]:
    """The fields that a consent on this ground needs and that `proof` lacks. If `proof` is None, it lacks all fields."""
    wanted = _WANTED.get(basis, {})
    return [Missing(field, section) for field, section in wanted.items() if not getattr(proof, field, "")]
