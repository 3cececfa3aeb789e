"""The organisation that contacts."""

from django.db import models
from django.db.models import Q

from governance.organisation.rules import Strictness
from governance.policies import Policy
from wholesale.plumbing.days import WITHIN_RANGE
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH, NOTE_MAX_LENGTH

STRICT_SETTINGS = ("consent", "identity", "scrub")


class Organisation(Policy):
    """Who contacts, and how strictly it asks for proof. One row; without it everything is enforced."""

    name = models.CharField(max_length=LABEL_MAX_LENGTH, blank=True, help_text="as messages name the sender")
    mailing_address = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True)
    contact = models.CharField(max_length=LABEL_MAX_LENGTH, blank=True, help_text="a phone number, e-mail or web address")
    consent = models.CharField("consent for text and e-mail", max_length=7, choices=Strictness, default=Strictness.ENFORCE)
    identity = models.CharField(
        "identification in text and e-mail", max_length=7, choices=Strictness, default=Strictness.ENFORCE
    )
    scrub = models.CharField(
        "registration and scrub for calls", max_length=7, choices=Strictness, default=Strictness.ENFORCE
    )
    lenient_reason = models.CharField(
        max_length=NOTE_MAX_LENGTH, blank=True, editable=False, help_text="why something is only warned of"
    )
    registration_number = models.CharField("National DNCL registration", max_length=LABEL_MAX_LENGTH, blank=True)
    registration_expires_on = models.DateField(null=True, blank=True, validators=WITHIN_RANGE)
    digest_key_mark = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        help_text="of the CONTACT_DIGEST_KEY that the first contact point was made with",
    )

    class Meta:
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="governance_organisation_one_row"),
            models.CheckConstraint(
                condition=~Q(lenient_reason="")
                | Q(consent=Strictness.ENFORCE, identity=Strictness.ENFORCE, scrub=Strictness.ENFORCE),
                name="governance_organisation_leniency_has_reason",
            ),
        ]
        verbose_name = "organisation"

    def __str__(self) -> str:
        return self.name or "The organisation"

    @property
    def lenient(self) -> list[str]:
        """The settings by which what the law forbids is only warned of."""
        return [name for name in STRICT_SETTINGS if getattr(self, name) == Strictness.WARN]
