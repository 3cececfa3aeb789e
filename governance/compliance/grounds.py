"""The grounds on which a commercial message may be sent and a listed number called, as values and pure functions.

CASL is S.C. 2010 c. 23; G its regulations SOR/2013-221; T the Telecommunications Act. Not legal advice: docs/contact-rules.md
lists each ground with its section and says what is doubtful.
"""

from django.db import models


class Role(models.TextChoices):
    """In what role a lead is spoken to. It is a homeowner's unless somebody knows better."""

    HOMEOWNER = "HOMEOWNER", "Homeowner"
    BUSINESS = "BUSINESS", "Business"


class Purpose(models.TextChoices):
    """What a message is for. Voice lies outside CASL (6(8)): a call has no purpose that lifts anything."""

    PROSPECT = "PROSPECT", "Prospecting: an offer to buy, or a request for consent"
    REPLY = "REPLY", "Reply to a message that we received"
    REQUESTED = "REQUESTED", "A quote that was asked for, or a transaction under way"
    BUSINESS_INQUIRY = "BUSINESS_INQUIRY", "Solely an inquiry about the recipient's commercial activity"
