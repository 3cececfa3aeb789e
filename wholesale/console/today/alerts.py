"""What needs a person now, and the one line that says whether all is well. No database here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class Tone(IntEnum):
    """How urgent something is, the most urgent first."""

    RED = 0  # something is stopped, broken or breached: act now
    AMBER = 1  # it will be red if nobody acts, or waits for somebody

    @property
    def word(self) -> str:
        """The tone as a word, since colour is never the only sign."""
        return _("Act now") if self is Tone.RED else _("Look at it")


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that needs a person: a sentence, the details, and the page or act that mends it (`link` may be empty)."""

    tone: Tone
    what: str
    details: str = ""
    remedy: str = ""  # the label of the link
    link: str = ""

    @property
    def is_red(self) -> bool:
        """Whether it is red."""
        return self.tone is Tone.RED


class FirstLine(NamedTuple):
    """The page's first line. `tone` is None if all is well."""

    tone: Tone | None
    line: str

    @property
    def name(self) -> str:
        """The tone as a word for the style: well, amber or red."""
        return "well" if self.tone is None else self.tone.name.lower()


def in_order(alerts: Iterable[Alert]) -> list[Alert]:
    """Return the alerts with the red ones first. Those of one tone keep their order."""
    return sorted(alerts, key=lambda alert: alert.tone)


def verdict(alerts: Sequence[Alert]) -> FirstLine:
    """Say whether all is well: it is if nothing is red. What is amber is counted beside."""
    red = sum(alert.is_red for alert in alerts)
    amber = len(alerts) - red
    beside = ngettext("%(n)s thing is worth a look", "%(n)s things are worth a look", amber) % {"n": amber}
    if red:
        line = ngettext("%(n)s thing needs you now", "%(n)s things need you now", red) % {"n": red}
        return FirstLine(Tone.RED, f"{line}; {beside}." if amber else f"{line}.")
    if amber:
        return FirstLine(Tone.AMBER, _("Nothing is broken; %(beside)s.") % {"beside": beside})
    return FirstLine(None, _("All is well."))
