"""The provinces, the greatest lengths of texts, and the spelling of words of open vocabularies (CONTRACT section 1)."""

import re
import unicodedata

from django.db import models
from django.utils.translation import gettext_lazy as _

ALL = "ALL"  # the market that stands for a whole province
WORD_MAX_LENGTH = 64
LABEL_MAX_LENGTH = 128
NOTE_MAX_LENGTH = 1000

# The rows of a walkthrough are marked and left out of reports: their correlation ids begin with the mark, and its invented
# buyers have their own property type.
WALKTHROUGH = "walkthrough"  # the actor of a walkthrough
WALKTHROUGH_MARK = f"{WALKTHROUGH}-"
WALKTHROUGH_PROPERTY = "WALKTHROUGH"

_WORD = re.compile(r"[A-Z0-9_]{1,64}")
_DROPPED = re.compile("['\u2018\u2019\u02bc`.]")
_JOINED = re.compile(r"[\s\-\u2010-\u2015]+")


class Province(models.TextChoices):
    """The ten provinces and three territories, by postal abbreviation."""

    AB = "AB", _("Alberta")
    BC = "BC", _("British Columbia")
    MB = "MB", _("Manitoba")
    NB = "NB", _("New Brunswick")
    NL = "NL", _("Newfoundland and Labrador")
    NS = "NS", _("Nova Scotia")
    NT = "NT", _("Northwest Territories")
    NU = "NU", _("Nunavut")
    ON = "ON", _("Ontario")
    PE = "PE", _("Prince Edward Island")
    QC = "QC", _("Quebec")
    SK = "SK", _("Saskatchewan")
    YT = "YT", _("Yukon")


def normalise_word(text: str) -> str:
    """Return the one spelling of a market or property type: "St. John's" is ST_JOHNS, "Trois-Rivières" TROIS_RIVIERES.

    Accents are folded, letters upper case, apostrophes and dots removed, runs of spaces and hyphens become `_`.

    Raises:
        ValueError: what is left is not 1 to 64 of A-Z, 0-9 and `_`.

    """
    folded = "".join(c for c in unicodedata.normalize("NFKD", text.strip()) if not unicodedata.combining(c))
    word = _JOINED.sub("_", _DROPPED.sub("", folded.upper()))
    if not _WORD.fullmatch(word):
        raise ValueError("must be 1 to 64 letters, digits, spaces or hyphens")
    return word
