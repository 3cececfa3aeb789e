"""Inbound messages, the decisions about them, and the table of words by which messages are read."""

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from followups.leads.inbound.errors import InvalidPhrase
from followups.leads.inbound.phrases import parsed, require_written_out, spelling
from followups.leads.inbound.seeds import seeds
from followups.leads.models import lead_key
from governance.channels import Channel
from governance.policies import Policy
from wholesale.plumbing.append_only import AppendOnlyModel
from wholesale.plumbing.codes import referred
from wholesale.plumbing.setting_fields import Choice, Note, Switch
from wholesale.plumbing.signed import SignedModel, user_key
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH, NOTE_MAX_LENGTH
from wholesale.plumbing.wordings import StoredWords, WordedField

PHRASE_MAX_LENGTH = NOTE_MAX_LENGTH


class InboundWord(Policy):
    """A row of the table of words: a word or phrase, and what it means in a message. A disabled row is ignored."""

    class Kind(models.TextChoices):
        """The meanings that a word can have in a message."""

        STOP = "STOP", _("Opt-out: alone, or as the first sentence")
        STOP_ALONE = "STOP_ALONE", _("Opt-out: where nothing else is said")
        STOP_ALL = "STOP_ALL", _("Opt-out of every channel")
        WISH = "WISH", _("A person decides: wherever it stands")
        WISH_ALONE = "WISH_ALONE", _("A person decides: where a sentence says nothing else")
        HARMLESS = "HARMLESS", _("Harmless, though a wish stands in it")
        COURTESY = "COURTESY", _("Changes nothing beside other words")
        START = "START", _("Wants contact again: alone, or as the first sentence")
        HELP = "HELP", _("Asks who we are: alone")

    class Language(models.TextChoices):
        """The languages that a word can belong to."""

        ENGLISH = "en", _("English")
        FRENCH = "fr", _("French")
        ANY = "any", _("Any")

    WRITTEN_OUT = (Kind.STOP_ALL, Kind.STOP, Kind.STOP_ALONE, Kind.START, Kind.HELP)

    kind = Choice(max_length=10, choices=Kind)
    phrase = Note(
        max_length=PHRASE_MAX_LENGTH,
        help_text=_(
            "Accents and case do not matter. call/text is either word, unsubscrib* any that begins so, "
            "... up to three other words."
        ),
    )
    language = Choice(max_length=3, choices=Language, default=Language.ANY)
    source = Note(max_length=200, blank=True, help_text=_("who uses it, or where it was met"))
    enabled = Switch(default=True)

    key = ("kind", "phrase")

    class Meta:
        ordering = ["kind", "phrase"]
        default_permissions = ("view", "change")
        constraints = [
            models.UniqueConstraint(fields=["kind", "phrase"], name="inboundword_once"),
            models.CheckConstraint(condition=~Q(phrase=""), name="inboundword_phrase"),
        ]
        verbose_name = _("inbound word")
        verbose_name_plural = _("inbound words")

    def __str__(self) -> str:
        return self.phrase

    @classmethod
    def key_of(cls, given: dict[str, Any]) -> dict[str, Any]:
        given["phrase"] = spelling(given["phrase"])
        return super().key_of(given)

    @classmethod
    def seeded(cls) -> Iterator[dict[str, Any]]:
        return (seed._asdict() for seed in seeds())

    def require_sound(self) -> None:
        """Refuse a phrase that cannot be searched for.

        Raises:
            InvalidPhrase: the phrase holds no word, or uses a notation that its kind does not permit.

        """
        try:
            parsed(self.phrase)
            if self.kind in self.WRITTEN_OUT:
                require_written_out(self.phrase)
        except ValueError as error:
            raise InvalidPhrase(f"It {error}.", attr="phrase") from error


class InboundMessage(SignedModel):
    """A message that a lead sent us. If it is an opt-out, the ledger keeps that too. Erasing the person empties the text."""

    class Meaning(models.TextChoices):
        """The meanings that a message can have."""

        OPT_OUT = "OPT_OUT", _("Opt-out")
        REPLY = "REPLY", _("Reply")
        DOUBTFUL = "DOUBTFUL", _("Doubtful: a person decides")
        RESUME = "RESUME", _("Wants contact again")  # decided by a person only
        HELP = "HELP", _("Asks who we are")  # answered by an AdministrativeReply

    lead = lead_key("messages")
    # The points that an opt-out in the message binds: the sender's number or address, and the lead if one is named.
    # A lead who was only found by the number is in `lead`, not here.
    subjects = models.ManyToManyField("governance.ContactPoint", related_name="+")
    channel = models.CharField(max_length=5, choices=Channel, blank=True, help_text=_("none where it is not known"))
    text = models.TextField(blank=True)
    altered = models.JSONField(default=list, help_text=_("what was not kept as it came"))
    as_sent = models.JSONField(default=dict, help_text=_("the parameters that could not be read, as they came"))
    meaning = models.CharField(_("as the rules read it"), max_length=8, choices=Meaning)
    received_at = models.DateTimeField()
    # The last decision of a person (all of them: InboundDecision).
    decided_as = models.CharField(max_length=8, choices=Meaning, blank=True)
    decided_reason = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True)
    decided_by = models.CharField(max_length=LABEL_MAX_LENGTH, blank=True)
    decided_user = user_key()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("record_inbound", "Can record what a lead sent"),
            ("decide_inbound", "Can decide a doubtful message"),
            ("overrule_inbound", "Can turn a message that was taken as no opt-out into one"),
        ]
        indexes = [
            models.Index(fields=["lead", "-id"], name="inboundmessage_lead"),  # a lead's page
            models.Index(fields=["correlation_id", "created_at", "id"], name="inboundmessage_trace"),  # kpi.trace
            models.Index(
                fields=["id"], condition=Q(meaning="DOUBTFUL", decided_at__isnull=True), name="inboundmessage_undecided"
            ),
        ]
        verbose_name = _("inbound message")
        verbose_name_plural = _("inbound messages")

    def __str__(self) -> str:
        who = referred(self, "lead") or gettext("somebody unknown")
        return gettext("%(message)s from %(who)s") % {
            "message": self.get_channel_display() or gettext("Message"),
            "who": who,
        }


class InboundDecision(SignedModel, AppendOnlyModel):
    """A person's decision about a message. A later decision about the same message adds a row."""

    message = models.ForeignKey(InboundMessage, on_delete=models.PROTECT, related_name="decisions", db_index=False)
    meaning = models.CharField(max_length=8, choices=InboundMessage.Meaning)
    reason = WordedField(max_length=NOTE_MAX_LENGTH, blank=True)

    class Meta(AppendOnlyModel.Meta):
        ordering = ["id"]
        indexes = [
            models.Index(fields=["message", "id"], name="inbounddecision_message"),  # a message's page
            models.Index(fields=["correlation_id", "created_at", "id"], name="inbounddecision_trace"),  # kpi.trace
        ]
        verbose_name = _("decision about a message")
        verbose_name_plural = _("decisions about messages")

    def __str__(self) -> str:
        return self.get_meaning_display()


class InboundDecisionWords(StoredWords):
    """The reason that was given for a decision. This row is deleted when the person who sent the message is erased."""

    decision = models.OneToOneField(InboundDecision, primary_key=True, on_delete=models.PROTECT, related_name="words")
    reason = models.CharField(max_length=NOTE_MAX_LENGTH)

    class Meta:
        verbose_name_plural = _("inbound decision words")
