"""The base of the admin pages of policies: a policy is added and changed by its verb, and never deleted."""

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, ClassVar

from django import forms
from django.contrib.admin import AdminSite
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminExpandableTextareaWidget

from governance.governed_admin import GovernedAdmin, GovernedForm, PlaceInput
from governance.policies import Policy, upsert
from wholesale.plumbing import mark
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_parts import Colours, column
from wholesale.plumbing.admin_questions import restate, show_refusal
from wholesale.plumbing.codes import place_text
from wholesale.plumbing.differences import Said
from wholesale.plumbing.errors import DomainError, VersionConflict
from wholesale.plumbing.setting_fields import Document, Note, Setting
from wholesale.plumbing.showing import shown_time
from wholesale.plumbing.texts import Words

SWITCHED = Colours({_("On"): "success", _("Off"): ""})


def column_of(column: Any, title: Words = "", label: dict[Any, str] | None = None) -> Callable[[Any], str]:
    """Make a list column that shows a setting. `title` is its heading (default: the setting's name), and
    `label` the colour of each text, or None for no colours."""

    @display(
        description=title or column.short or capfirst(column.verbose_name),
        ordering=column.name,
        label=Colours(label) if label else None,
    )
    def shown(policy: Any) -> str:
        return column.text(getattr(policy, column.name))

    shown.__name__ = column.name
    return shown


class PolicyForm(PlaceInput, GovernedForm):
    """The base of the forms for a policy, with the reason of the change and the version that the editor saw."""

    expected_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["expected_version"] = self._stored_version()

    def _stored_version(self) -> int:
        return self.instance.version if self.instance.pk else 0

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("expected_version") != self._stored_version():
            self._refuse_stale()
        return cleaned

    def _refuse_stale(self) -> None:
        """Refuse a form whose policy was changed since the form was opened. Keep what was typed; say who changed it."""
        restate(self, "expected_version", str(self._stored_version()))
        policy = self.instance
        if not policy.pk:
            return  # the form reports by itself that the policy exists by now
        opts = policy._meta
        self.add_error(
            None,
            ValidationError(
                format_html(
                    gettext(
                        "Nothing was saved: changed by {} at {} since you opened it{}. What you typed is kept below. "
                        '<a href="{}" target="_blank" class="underline">See what changed</a>; '
                        "saving again puts your values in the place of theirs."
                    ),
                    policy.changed_by,
                    shown_time(policy.updated_at),
                    gettext(", with the reason “%(reason)s”") % {"reason": policy.reason} if policy.reason else "",
                    reverse(f"admin:{opts.app_label}_{opts.model_name}_history", args=[policy.pk]),
                ),
                code="version_conflict",
            ),
        )

    def _post_clean(self) -> None:
        """Let the policy refuse its settings before Django checks constraints, which skips fields with an error."""
        if not self.errors:
            meant = copy(self.instance)
            key = {name: value for name, value in self.cleaned_data.items() if name in meant.key}
            for name, value in {**key, **self.changes()}.items():
                setattr(meant, name, value)
            try:
                meant.require_sound()
            except DomainError as refusal:
                self.show(refusal)
        super()._post_clean()  # type: ignore[misc]

    def show(self, refusal: DomainError) -> None:
        """Show a refusal at the form field that the refusal names."""
        show_refusal(self, refusal)

    def changes(self) -> dict[str, Any]:
        """The settings to give to `upsert`, by name."""
        others = (*self.instance.key, "why", "expected_version")
        return {name: value for name, value in self.cleaned_data.items() if name not in others}


class PolicyAdmin(GovernedAdmin):
    """The base of the admin pages of a policy, made from what the policy declares. A subclass adds what differs."""

    form: type[PolicyForm] = PolicyForm
    key_title = _("Policy")
    switch: ClassVar[str] = "enabled"
    last_change = (*GovernedAdmin.last_change, "version")
    settings_title: ClassVar[Words] = _("Settings")  # the title of the settings if they are in one part

    change_form_template = "admin/policy_form.html"
    colours: ClassVar[dict[str, dict[Any, str]]] = {}  # by the name of a setting: the colour of each of its words
    listed_key: ClassVar[tuple[str, ...]] = ()  # the list's columns for the key, if not the key itself
    list_display: Sequence[Any] = ()  # default: the key, the switch and all settings
    formfield_overrides = {models.DecimalField: {"widget": UnfoldAdminDecimalFieldWidget(attrs={"step": "0.01"})}}

    def __init__(self, model: type[Policy], site: AdminSite) -> None:
        super().__init__(model, site)
        settings = {column.name: column for column in model.settings() if isinstance(column, Setting) and column.editable}
        columns = {name: column for name, column in settings.items() if not isinstance(column, Document)}
        switch = columns.pop(self.switch, None)
        self.has_switch = switch is not None
        if columns and not self.settings_fieldsets:
            self.settings_fieldsets = ((self.settings_title, {"fields": tuple(columns)}),)
        self.columns: dict[str, Any] = {}
        if switch:
            self.columns[self.switch] = column_of(switch, switch.short or _("State"), label=SWITCHED)
        for name in flatten_fieldsets(self.settings_fieldsets):
            if name in columns:
                self.columns[name] = column_of(columns[name], label=self.colours.get(name))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, Note):  # a long text is seen whole
            kwargs["widget"] = UnfoldAdminExpandableTextareaWidget
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        names = self.list_display or (*(self.listed_key or self.row_key()), *self.columns, "changed_by", "updated_at")
        return [self.columns.get(name, name) for name in names]

    def get_list_filter(self, request: HttpRequest) -> Sequence[Any]:
        return self.list_filter or ((self.switch,) if self.has_switch else ())

    def _words(self) -> list[Any]:
        """The columns of the key for which the user types a text. Columns with a list of choices are left out."""
        columns: list[Any] = [self.model._meta.get_field(name) for name in self.row_key()]
        return [column for column in columns if not column.choices]

    def get_search_fields(self, request: HttpRequest) -> Sequence[str]:
        return self.search_fields or (*(column.name for column in self._words()), "changed_by", "reason")

    @property
    def search_help_text(self) -> Words:
        """The help text of the search: the columns in which it looks."""
        return capfirst(
            ", ".join([*(str(column.verbose_name) for column in self._words()), gettext("who changed it, or why")])
        )

    def settings_of(self, record: Any) -> dict[str, Said]:
        return {str(column.short_description): column(record) for column in self.columns.values()}

    def has_add_permission(self, request: HttpRequest) -> bool:
        # One verb makes and changes a policy, so one permission covers both.
        return self.has_change_permission(request)

    def row_key(self) -> tuple[str, ...]:
        return self.model.key

    def key_fields(self) -> tuple[str, ...]:
        return (*self.row_key(), self.switch) if self.has_switch else self.row_key()

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        if request.method == "POST":
            # Nobody else changes a policy until the request's transaction ends: the form is checked against what it changes.
            mark.hold()
        return super().get_object(request, object_id, from_field)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except VersionConflict:
            # Two people added the same policy at once. On the second try the form finds the other's row and says so.
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the policy through `upsert`, which raises the version and writes the history."""
        stored = upsert(
            self.model,
            act=Act.by(request.user, reason=form.cleaned_data["why"]),
            expected_version=form.cleaned_data["expected_version"],
            **self.key_of(obj),
            **form.changes(),
        )
        obj.pk = stored.pk


class PlacePolicyAdmin(PolicyAdmin):
    """The base of the admin pages of policies of markets and provinces."""

    key_title = _("Place")
    listed_key: ClassVar[tuple[str, ...]] = ("place",)
    list_filter: ClassVar[tuple[str, ...]] = ("enabled", "province")
    search_fields = ("market", "province", "changed_by", "reason")
    search_help_text = _("Market, province, who changed it, or why")

    place = column(_("Place"), place_text, ordering="province")
