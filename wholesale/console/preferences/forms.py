"""The form of a user's language and time zone, and its fields, which an invitation has too."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from governance.clocks.zones import CANADIAN_ZONES
from wholesale.plumbing.models import UserLanguage, default_zone

# Each language by its own name, for whoever does not read the other.
LANGUAGES = [(UserLanguage.EN.value, "English"), (UserLanguage.FR.value, "Français")]


@cache
def _elsewhere() -> list[tuple[str, str]]:
    """Return the other zones that are named by a place: agents may work from anywhere."""
    places = (name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [(name, name.replace("_", " ")) for name in sorted(places) if name not in CANADIAN_ZONES]


def zone_choices() -> list[tuple[Any, list[tuple[str, str]]]]:
    """Return the zones to choose from: those of Canada, UTC, and all others."""
    canadian = [(name, name.replace("_", " ")) for name in CANADIAN_ZONES]
    return [(_("Canada"), canadian), ("UTC", [("UTC", "UTC")]), (_("Elsewhere"), _elsewhere())]


def language_field() -> forms.ChoiceField:
    """Return the field for the language of the console."""
    return forms.ChoiceField(label=_("Language"), choices=LANGUAGES, widget=UnfoldAdminSelectWidget())


def zone_field() -> forms.ChoiceField:
    """Return the field for the time zone of the console."""
    return forms.ChoiceField(
        label=_("Time zone"),
        choices=zone_choices,
        initial=default_zone,
        widget=UnfoldAdminSelectWidget(),
        help_text=_("All times of the console are shown in it, and times that are typed in are read in it."),
    )


class PreferencesForm(forms.Form):
    """The language and the time zone of a user."""

    language = language_field()
    zone = zone_field()
