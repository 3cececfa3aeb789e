"""The table of words by which inbound messages are read."""

from django.db import models
from django.db.models import Q

from governance.policies import Policy
from wholesale.plumbing.vocabulary import NOTE_MAX_LENGTH

PHRASE_MAX_LENGTH = NOTE_MAX_LENGTH


class InboundWord(Policy):
    """A word or phrase, and what it means in a message. One that is off means nothing."""

    class Kind(models.TextChoices):
        """What it means."""

        STOP = "STOP", "Opt-out: alone, or as the first sentence"
        STOP_ALONE = "STOP_ALONE", "Opt-out: where nothing else is said"
        STOP_ALL = "STOP_ALL", "Opt-out of every channel"
        WISH = "WISH", "A person decides: wherever it stands"
        WISH_ALONE = "WISH_ALONE", "A person decides: where a sentence says nothing else"
        HARMLESS = "HARMLESS", "Harmless, though a wish stands in it"
        COURTESY = "COURTESY", "Changes nothing beside other words"
        START = "START", "Wants contact again: alone, or as the first sentence"
        HELP = "HELP", "Asks who we are: alone"

    class Language(models.TextChoices):
        """In which language."""

        ENGLISH = "en", "English"
        FRENCH = "fr", "French"
        ANY = "any", "Any"

    kind = models.CharField(max_length=10, choices=Kind)
    phrase = models.CharField(
        max_length=PHRASE_MAX_LENGTH,
        help_text="Accents and case do not matter. call/text is either word, unsubscrib* any that begins so, "
        "... up to three other words.",
    )
    language = models.CharField(max_length=3, choices=Language, default=Language.ANY)
    source = models.CharField(max_length=200, blank=True, help_text="who uses it, or where it was met")
    enabled = models.BooleanField(default=True)

    class Meta:
        ordering = ["kind", "phrase"]
        default_permissions = ("view", "change")
        constraints = [
            models.UniqueConstraint(fields=["kind", "phrase"], name="inboundword_once"),
            models.CheckConstraint(condition=~Q(phrase=""), name="inboundword_phrase"),
        ]
        verbose_name = "inbound word"

    def __str__(self) -> str:
        return self.phrase
