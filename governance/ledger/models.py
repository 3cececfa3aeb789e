"""The tables of the ledger: contact points, when each was last contacted, the lines about them, and people's words."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from governance.channels import Channel
from governance.grounds import Basis
from governance.ledger.proof import WORDING_MAX_LENGTH, GivenHow
from governance.ledger.rules import Entry
from wholesale.plumbing.append_only import AppendOnlyModel, ErasableModel
from wholesale.plumbing.codes import titled
from wholesale.plumbing.showing import shown_phone
from wholesale.plumbing.signed import SignedModel
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH, NOTE_MAX_LENGTH
from wholesale.plumbing.wordings import StoredWords, WordedField


class ContactPoint(models.Model):
    """A subject of the ledger: a number, an address, or a lead or buyer as such. Its digest, a keyed hash, names it.

    Erasing a person empties `value` and keeps the digest, so a number that opted out is still refused when it comes again. A
    person is a subject by its id, so a line about a lead also binds the lead's next number (CONTRACT section 10).
    """

    class Kind(models.TextChoices):
        """What a contact point is: a number, an address, or a person of a kind (`governance.people`)."""

        PHONE = "PHONE", _("Phone number")
        EMAIL = "EMAIL", _("E-mail address")
        LEAD = "LEAD", _("Lead")
        BUYER = "BUYER", _("Buyer")

    kind = models.CharField(max_length=5, choices=Kind)
    digest = models.CharField(max_length=64, unique=True)  # HMAC of kind and value under CONTACT_DIGEST_KEY
    value = models.CharField(max_length=254, null=True)

    class Meta:
        default_permissions = ("view",)
        permissions = [("erase_contactpoint", "Can erase a phone number or an e-mail address")]
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")

    def __str__(self) -> str:
        if self.value is None:
            return gettext("%(kind)s (erased)") % {"kind": self.get_kind_display()}
        return f"{self.get_kind_display()} {self.value}" if self.is_person else self.value

    @property
    def shown(self) -> str:
        """The point as a page writes it. `str` writes a number as it is dialled, and so that an erasure finds it."""
        return shown_phone(str(self))

    @property
    def is_person(self) -> bool:
        """Whether it is a person as such, by its id. Else it is a number or an address."""
        return self.kind in PERSONS


PERSONS = frozenset({ContactPoint.Kind.LEAD.value, ContactPoint.Kind.BUYER.value})


class LastContact(models.Model):
    """A row that says when a point was last contacted. It contains the point's digest, never the value.

    Only `ledger.writing` writes this table. It is no part of the contact points' table, to avoid a deadlock: a
    contact is noted while its ladder is locked, and an opt-out writes contact points before it locks ladders.
    """

    digest = models.CharField(max_length=64, primary_key=True)  # the digest of the ContactPoint
    contacted_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)  # of a phone number: the last call that somebody answered

    class Meta:
        default_permissions = ()
        verbose_name_plural = _("last contacts")

    def __str__(self) -> str:
        return f"{self.contacted_at}"


class ContactRecord(SignedModel, AppendOnlyModel):
    """A line of the ledger: a consent, an opt-out, a do-not-call entry, a lift, a scrub, an erasure and others."""

    # The index serves the gate's lookup: all lines of some points, in order.
    point = models.ForeignKey(ContactPoint, on_delete=models.PROTECT, related_name="records", db_index=False)
    entry = models.CharField(pgettext_lazy("ledger", "entry"), max_length=11, choices=Entry)
    channel = models.CharField(
        max_length=5, choices=Channel, blank=True, help_text=_("without one, the line is about every channel")
    )
    basis = models.CharField(_("ground"), max_length=16, choices=Basis, blank=True)
    effective_at = models.DateTimeField(help_text=_("when it was obtained, said or checked"))
    expires_at = models.DateTimeField(null=True, blank=True)
    evidence = WordedField(max_length=NOTE_MAX_LENGTH, blank=True, help_text=_("where the proof is: a form, a recording"))
    reason = WordedField(max_length=NOTE_MAX_LENGTH, blank=True)

    class Meta(AppendOnlyModel.Meta):
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["point", "id"], name="contactrecord_point"),
            models.Index(fields=["correlation_id", "created_at", "id"], name="contactrecord_trace"),  # kpi.trace
        ]
        constraints = [
            models.CheckConstraint(condition=Q(entry__in=Entry.values), name="contactrecord_entry"),
            # A consent names its channel, because a ground expires at another time for calls than for messages.
            models.CheckConstraint(
                condition=~Q(entry=Entry.CONSENT) | (~Q(basis="") & ~Q(channel="")), name="contactrecord_consent_is_whole"
            ),
            models.CheckConstraint(
                condition=~Q(entry=Entry.ENDED) | (~Q(channel="") & Q(expires_at__isnull=False)),
                name="contactrecord_end_is_whole",
            ),
        ]
        permissions = [
            ("record_consent", "Can record a consent or a scrub"),
            ("record_opt_out", "Can record an opt-out"),
            ("lift_opt_out", "Can lift an opt-out that was a mistake"),
        ]
        verbose_name = _("consent or opt-out")
        verbose_name_plural = _("consents and opt-outs")

    def __str__(self) -> str:
        return titled(self.get_entry_display(), (self.get_channel_display() or gettext("every channel")).lower())


class ContactRecordWords(StoredWords):
    """The words that people wrote in a ledger line: evidence and reason. Erasing the person removes them."""

    record = models.OneToOneField(ContactRecord, primary_key=True, on_delete=models.PROTECT, related_name="words")
    evidence = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True)
    reason = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True)

    class Meta:
        verbose_name_plural = _("contact record words")


class ConsentProof(ErasableModel):
    """The content of a consent: what a person agreed to, as it was put to the person. Erasing the person removes it."""

    record = models.OneToOneField(ContactRecord, primary_key=True, on_delete=models.PROTECT, related_name="proof")
    wording = models.CharField(max_length=WORDING_MAX_LENGTH, blank=True, help_text=_("as it was shown or read out"))
    purpose = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True, help_text=_("what the person agreed to receive"))
    on_behalf_of = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True, help_text=_("who asked, and for whom"))
    withdrawal_statement = models.CharField(
        max_length=NOTE_MAX_LENGTH, blank=True, help_text=_("how the request said that the consent can be withdrawn")
    )
    given_how = models.CharField(max_length=9, choices=GivenHow, blank=True)
    given_where = models.CharField(
        max_length=NOTE_MAX_LENGTH, blank=True, help_text=_("a web address, a place, a file or a recording")
    )
    referrer_name = models.CharField(max_length=LABEL_MAX_LENGTH, blank=True, help_text=_("in full"))
    referrer_to_lead = models.CharField(
        max_length=NOTE_MAX_LENGTH, blank=True, help_text=_("the referrer's relationship with the person")
    )
    referrer_to_us = models.CharField(
        max_length=NOTE_MAX_LENGTH, blank=True, help_text=_("the referrer's relationship with us")
    )

    class Meta:
        verbose_name_plural = _("consent proofs")

    def __str__(self) -> str:
        return gettext("Proof of line %(id)s") % {"id": self.pk}
