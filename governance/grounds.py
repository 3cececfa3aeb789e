"""The grounds on which somebody may be contacted, each with its section of the law.

In comments, A is Canada's Anti-Spam Legislation (text messages, e-mail), T the Telecommunications Act (calls: exemptions
from the National Do Not Call List), G the Electronic Commerce Protection Regulations (SOR/2013-221). Not legal advice.
"""

from datetime import datetime

from dateutil.relativedelta import relativedelta
from django.db import models
from django.utils.translation import gettext_lazy as _

from governance.channels import Channel
from governance.people import Role


class Purpose(models.TextChoices):
    """What a message is for. The purpose decides whether the message needs a consent. A call has no purpose."""

    PROSPECT = "PROSPECT", _("Prospecting")  # A 6(1)(a): needs a consent
    REPLY = "REPLY", _("Reply to a message of the lead")  # G 3(b)
    REQUESTED = "REQUESTED", _("Quote or transaction that the lead asked for")  # A 6(6)(a), (b)
    BUSINESS_INQUIRY = "BUSINESS_INQUIRY", _("Inquiry about the lead's own commercial activity")  # A 6(5)(b)


class Basis(models.TextChoices):
    """A ground on which somebody may be contacted."""

    EXPRESS = "EXPRESS", _("Express consent")  # A 10(1); T 41.7(1)
    PURCHASE_BY_LEAD = "PURCHASE_BY_LEAD", _("The lead bought or leased from us")  # A 10(10)(a); T 41.7(2)(a)
    CONTRACT = "CONTRACT", _("Written contract with us, in force or ended")  # A 10(10)(d); T 41.7(2)(c)
    INQUIRY = "INQUIRY", _("Inquiry or application")  # A 10(10)(e); T 41.7(2)(b)
    PUBLICATION = "PUBLICATION", _("Conspicuous publication of the address, in a business role")  # A 10(9)(b)
    DISCLOSED = "DISCLOSED", _("The address was given to us, in a business role")  # A 10(9)(c)
    REFERRAL = "REFERRAL", _("Referral: the first message only")  # G 4
    BUSINESS = "BUSINESS", _("Retired: purchase, lease or contract")  # only in old lines


RETIRED = frozenset({Basis.BUSINESS})
ACCEPTED = [(basis.value, basis.label) for basis in Basis if basis not in RETIRED]  # what may be recorded
MESSAGES_ONLY = frozenset({Basis.PUBLICATION, Basis.DISCLOSED, Basis.REFERRAL})  # of A and G: they exempt no call
BUSINESS_ROLE_ONLY = frozenset({Basis.PUBLICATION, Basis.DISCLOSED})  # A 10(9)(b), (c)
RELATIONSHIPS = frozenset({Basis.PURCHASE_BY_LEAD, Basis.CONTRACT, Basis.INQUIRY})  # A 6(6), even when they have expired

_LONG = {True: relativedelta(months=18), False: relativedelta(years=2)}  # True is for calls
_SPANS = {
    Basis.PURCHASE_BY_LEAD: _LONG,
    Basis.BUSINESS: _LONG,  # the shorter of its meanings: a contract counts from its date
    Basis.INQUIRY: {True: relativedelta(months=6), False: relativedelta(months=6)},
}


def is_basis(channel: str, basis: str) -> bool:
    """Whether a consent on this ground may be stored for the channel. Whether it counts also depends on the lead's role."""
    return not (channel == Channel.CALL and basis in MESSAGES_ONLY)


def gives_ground(channel: str, basis: str, role: str) -> bool:
    """Whether a consent on this ground counts for contacting a lead in this role by the channel."""
    return is_basis(channel, basis) and (role == Role.BUSINESS or basis not in BUSINESS_ROLE_ONLY)


def consent_expiry(channel: str, basis: str, obtained_at: datetime) -> datetime | None:
    """When a consent on this ground expires. None if the ground has no fixed span, such as an express consent or a contract.

    For messages: 2 years after a purchase, 6 months after an inquiry (CASL 10(10)(a), (e)). For calls: 18 months after a
    purchase, 6 months after an inquiry (Telecommunications Act 41.7(2)(a), (b)).
    """
    span = _SPANS.get(Basis(basis))
    return obtained_at + span[channel == Channel.CALL] if span else None


def contract_expiry(channel: str, ended_at: datetime) -> datetime:
    """When a contract that ended stops being a ground: 2 years later for messages, 18 months later for calls.

    CASL 10(10)(d); Telecommunications Act 41.7(2)(c).
    """
    return ended_at + _LONG[channel == Channel.CALL]
