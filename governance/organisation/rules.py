"""The organisation and its strictness, as plain values."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _


class Strictness(models.TextChoices):
    """What the gate does if consent, our identity, or registration and scrub are missing: refuse, or only warn."""

    ENFORCE = "enforce", _("Refuse")
    WARN = "warn", _("Allow, with a warning")


class Sender(NamedTuple):
    """What each message must say about the organisation: name, address and contact. A part not on file is empty."""

    name: str = ""
    mailing_address: str = ""
    contact: str = ""


NOT_ON_FILE = Sender()


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """The facts about the organisation that the gate needs: strictness, DNCL registration, digest key and sender."""

    consent: str = Strictness.ENFORCE
    scrub: str = Strictness.ENFORCE
    identity: str = Strictness.ENFORCE
    registration_number: str = ""
    registration_expires_on: date | None = None
    is_ledger_readable: bool = True  # False if CONTACT_DIGEST_KEY is not the key of the ledger's points
    sender: Sender = NOT_ON_FILE

    @property
    def is_identified(self) -> bool:
        """Whether the name, the mailing address and a contact (a phone number, e-mail or web address) are all on file.

        CASL section 6(2); SOR/2012-36 section 2.
        """
        return all(part.strip() for part in self.sender)

    def registered(self, on: date) -> bool:
        """Whether the registration with the National DNCL is in force on a day (UTC). Its last day counts."""
        expiry = self.registration_expires_on
        return bool(self.registration_number) and expiry is not None and on <= expiry
