"""The forms of an invitation."""

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelect2MultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from governance.clocks.markets import known_places
from wholesale.console.preferences.forms import language_field, zone_field
from wholesale.plumbing.codes import place_name
from wholesale.plumbing.roles import AGENT
from wholesale.plumbing.vocabulary import ALL


def _choices() -> list[tuple[str, str]]:
    return [(f"{province} {market}", _label(province, market)) for province, market in known_places()]


def _label(province: str, market: str) -> str:
    name = place_name(province, market)
    return gettext("%(province)s, whole province") % {"province": name} if market == ALL else name


class InvitationForm(forms.Form):
    """Who is invited, and to what. `roles` are those that the inviter may give."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("First name, then last name. The user name is made of it."),
    )
    email = forms.EmailField(label=_("E-mail"), max_length=254, widget=UnfoldAdminEmailInputWidget())
    role = forms.ChoiceField(label=_("Role"), widget=UnfoldAdminSelectWidget())
    markets = forms.MultipleChoiceField(
        label=_("Markets"),
        required=False,
        choices=_choices,
        widget=UnfoldAdminSelect2MultipleWidget(),
        help_text=_(
            "The pools from which an agent gets leads. A whole province: its markets in whose own pool nobody works."
        ),
    )
    language = language_field()
    zone = zone_field()

    def __init__(self, *args: Any, roles: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role: Any = self.fields["role"]
        role.choices = [(name, name.capitalize()) for name in sorted(roles)]

    def clean_name(self) -> str:
        """Return the name with single spaces."""
        return " ".join(self.cleaned_data["name"].split())

    def clean_email(self) -> str:
        """Return the address in small letters."""
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        """Return the values, the markets as pairs (province, market). Only an agent has markets, at least one."""
        cleaned = super().clean() or {}
        chosen = [tuple(place.split(" ", 1)) for place in cleaned.get("markets", ())]
        if cleaned.get("role") == AGENT and "markets" not in self.errors and not chosen:
            self.add_error("markets", gettext("Choose at least one: an agent without a pool gets no leads."))
        return {**cleaned, "markets": chosen if cleaned.get("role") == AGENT else []}


class FirstPasswordForm(SetPasswordForm):
    """The form by which the invited sets a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})
