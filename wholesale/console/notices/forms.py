"""The fields by which a user chooses how to be told of each kind."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from wholesale.console.notices.choices import NEVER_OUT_OF_THE_APP, OVERSEE, chosen_by, kinds_for, way_of, ways_of


class NoticesForm(forms.Form):
    """How a user is told of each kind that may concern the user."""

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen, oversees = chosen_by(user), user.has_perm(OVERSEE)
        self.kinds = {f"notice_{kind.lower()}": kind for kind in kinds_for(user)}
        for name, kind in self.kinds.items():
            self.fields[name] = forms.ChoiceField(
                label=kind.label,
                required=False,
                choices=[(way.value, way.label) for way in ways_of(kind)],
                initial=way_of(kind, chosen, oversees=oversees).value,
                widget=UnfoldAdminSelectWidget(),
                help_text=_("It always shows in the app.") if kind in NEVER_OUT_OF_THE_APP else "",
            )

    @property
    def ways(self) -> dict[str, str]:
        """What was chosen: kind -> way. A kind that was not sent stays as it is."""
        return {kind: way for name, kind in self.kinds.items() if (way := self.cleaned_data[name])}
