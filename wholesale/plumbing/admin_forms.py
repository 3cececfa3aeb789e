"""Forms of rows that also the API and files write. They apply the checks of the API's serializer."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from unfold.widgets import UnfoldAdminTextInputWidget

from wholesale.plumbing.params import Params
from wholesale.plumbing.texts import Words
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH


def typed(name: Words, **options: Any) -> forms.CharField:
    """Return a form's text field. It accepts more characters than the column holds, because cleaning shortens the text."""
    widget = UnfoldAdminTextInputWidget(attrs={"placeholder": options.pop("placeholder", "")})
    options = {"max_length": LABEL_MAX_LENGTH, **options}
    return forms.CharField(label=name, required=False, widget=widget, **options)


Suggested = Sequence[tuple[str, str]]  # values, each with its label


class SuggestingInput(UnfoldAdminTextInputWidget):
    """A text field that proposes values, each with its label, while somebody types. Others may be typed too.

    A function is asked for them whenever the field is shown.
    """

    template_name = "admin/suggesting_input.html"

    def __init__(self, suggested: Suggested | Callable[[], Suggested] = ()) -> None:
        super().__init__()
        self.suggested = suggested

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, {**(attrs or {}), "list": f"{name}_suggested", "autocomplete": "off"})
        context["widget"]["suggested"] = self.suggested() if callable(self.suggested) else self.suggested
        return context


class CheckedForm(forms.ModelForm):
    """The form of a row whose values `row` checks, as it checks those of the API."""

    row: ClassVar[Params]
    checked: dict[str, Any] | None = None  # the checked values; None: some are wrong

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True  # a change is a difference from what the editor saw, not from the stored value

    def clean(self) -> dict[str, Any]:
        """Return the values in their one spelling. An empty value becomes the model's own."""
        cleaned = super().clean() or {}
        given = {**self.known(), **cleaned}
        try:
            checked = self.row.run_validation({name: str(value) for name, value in given.items() if value not in (None, "")})
        except ValidationError as error:
            details: Any = error.detail
            for name in details:
                if name not in self.errors:
                    self.add_error(name if name in self.fields else None, [str(message) for message in details[name]])
            return cleaned
        self.checked = checked
        columns = {column.name: column for column in self._meta.model._meta.concrete_fields}
        empty = {name: columns[name].get_default() for name in cleaned if name in self.row.fields and name in columns}
        return {**cleaned, **empty, **{name: value for name, value in checked.items() if name in cleaned}}

    def known(self) -> dict[str, Any]:
        """Return values that the row has and the form does not ask for, such as the id of a stored row."""
        return {}


class RowForm(CheckedForm):
    """The form of a person in a list, such as a lead. `settable` are the names of the values that the form may set."""

    settable: ClassVar[tuple[str, ...]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "language" in self.fields and not self.instance.pk:
            language: Any = self.fields["language"]
            language.required, language.initial, self.initial["language"] = False, "", ""
            choices = [(value, label) for value, label in language.choices if value]
            language.choices = [("", _("French in Quebec, else English")), *choices]

    def known(self) -> dict[str, Any]:
        """Return the id of a stored row, which does not change."""
        key = str(next(iter(self.row.fields)))
        return {key: getattr(self.instance, key)}

    def settings(self) -> dict[str, Any]:
        """Return the values for the verb that stores the row: all given values of a new row, or only the changed ones."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name in self.settable}
