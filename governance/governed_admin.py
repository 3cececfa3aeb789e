"""The base of the admin pages of governed rows: the key of a row cannot be changed, and each change needs a reason."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.contrib.auth import get_permission_codename
from django.db import models, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.clocks.markets import one_market
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import Edited, HistoryAdmin
from wholesale.plumbing.admin_parts import DANGER, button
from wholesale.plumbing.admin_questions import Question, asking, reason_field
from wholesale.plumbing.setting_fields import one_spelling
from wholesale.plumbing.texts import Words


class PlaceInput:
    """A mixin for forms with a province and a market. Another name of a market is replaced by the market's own name."""

    cleaned_data: dict[str, Any]

    def clean_market(self) -> str:
        """Return the typed market in its one spelling."""
        return one_spelling(self.cleaned_data["market"])

    def clean(self) -> dict[str, Any]:
        form: Any = super()
        cleaned: dict[str, Any] = form.clean() or {}
        if cleaned.get("market"):
            cleaned["market"] = one_market(cleaned.get("province"), cleaned["market"])
        return cleaned


class GovernedForm(forms.ModelForm):
    """The base of the forms for governed rows, with a field for the reason of the change."""

    key: ClassVar[tuple[str, ...]]  # the fields that name the row, which cannot be changed

    why = reason_field()  # not named `reason` as in the model, so that the last reason is not taken over


class GovernedAdmin(Edited, HistoryAdmin):
    """The base of governed rows' admin pages. A row's key cannot be changed. Only a user who may change rows sees a form."""

    form: type[GovernedForm]
    save_verb: ClassVar[Callable[..., Any]]  # stores a row and returns it, given its key, its settings and an act
    key_title: ClassVar[Words]
    settings_fieldsets: tuple[Any, ...] = ()
    last_change: ClassVar[tuple[str, ...]] = ("changed_by", "updated_at", "reason")

    list_per_page = 50

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        key = ((self.key_title, {"fields": self.key_fields()}),) if self.key_fields() else ()
        why = ((gettext("Why"), {"fields": ("why",)}),) if self.has_change_permission(request, obj) else ()
        last = ((gettext("Last change"), {"fields": self.last_change}),) if obj else ()
        return (*key, *self.settings_fieldsets, *why, *last)

    def row_key(self) -> tuple[str, ...]:
        """The names of the fields that identify a row."""
        return self.form.key

    def key_fields(self) -> tuple[str, ...]:
        """The names of the fields in the first part of the form."""
        return self.row_key()

    def key_of(self, row: Any) -> dict[str, Any]:
        """The values of the fields that identify this row, by field name."""
        return {name: getattr(row, name) for name in self.row_key()}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the row through `save_verb`, which also writes the history."""
        key, names = self.key_of(obj), self.form.Meta.fields  # type: ignore[attr-defined]  # of a form of a model
        given = {name: form.cleaned_data[name] for name in names if name not in key}
        obj.pk = type(self).save_verb(**key, **given, act=Act.by(request.user, reason=form.cleaned_data["why"])).pk

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> Sequence[Any]:
        kept = (*self.readonly_fields, *self.last_change)
        return (*self.row_key(), *kept) if obj else kept


class Removal(NamedTuple):
    """The texts of the page that asks why a row is removed, and the message after the removal."""

    title: str
    explanation: str
    button: str
    done: str


class RemovableAdmin(GovernedAdmin):
    """The base of the admin pages of governed rows that may be removed for a reason."""

    remove_verb: ClassVar[Callable[..., Any]]  # removes a row, given its key and an act; the history stays
    actions_detail: tuple[str, ...] = ("remove",)

    def removal(self, row: Any) -> Removal:
        """The texts of the page that asks why this row is removed."""
        raise NotImplementedError

    def has_remove_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whether the user may remove a row."""
        return request.user.has_perm(f"{self.opts.app_label}.{get_permission_codename('delete', self.opts)}")

    @button(_("Remove..."), "remove", icon="delete", variant=DANGER)
    @asking
    def remove(self, request: HttpRequest, row: Any) -> Question:
        """Show a page that asks for the reason, then remove the row."""
        said = self.removal(row)

        @transaction.atomic
        def act(reason: str) -> str:
            self.log_deletions(request, self.model._default_manager.filter(pk=row.pk))
            type(self).remove_verb(**self.key_of(row), act=Act.by(request.user, reason=reason))
            return said.done

        return Question(
            act,
            title=said.title,
            explanation=said.explanation,
            button=said.button,
            danger=True,
            then=reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"),
        )
