"""Who contacts, and how strictly it asks for proof, as plain values."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import models


class Strictness(models.TextChoices):
    """What happens where consent, our identity, or registration and scrub are missing."""

    ENFORCE = "enforce", "Refuse"
    WARN = "warn", "Allow, with a warning"


class Sender(NamedTuple):
    """Who contacts, as messages must name it; what is not on file is empty."""

    name: str = ""
    mailing_address: str = ""
    contact: str = ""


NOT_ON_FILE = Sender()


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """Who contacts: how strict it is, and its registration with the operator of the National DNCL."""

    consent: str = Strictness.ENFORCE
    scrub: str = Strictness.ENFORCE
    identity: str = Strictness.ENFORCE
    registration_number: str = ""
    registration_expires_on: date | None = None
    is_ledger_readable: bool = True  # False under another CONTACT_DIGEST_KEY than the one that made the ledger's points
    sender: Sender = NOT_ON_FILE

    @property
    def is_identified(self) -> bool:
        """Whether a message can say who sends it: name, mailing address, and a phone number, e-mail or web address.

        CASL section 6(2); SOR/2012-36 section 2.
        """
        return all(part.strip() for part in self.sender)

    def registered(self, on: date) -> bool:
        """Whether its registration is on file and has not expired; its last day counts until that ends in UTC."""
        expiry = self.registration_expires_on
        return bool(self.registration_number) and expiry is not None and on <= expiry
