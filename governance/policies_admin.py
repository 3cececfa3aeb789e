"""What the admin's pages of all policies have in common: a policy is added and changed by its service, never deleted."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.contrib.auth import get_permission_codename
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminIntegerFieldWidget

from governance.clocks.markets import one_market
from governance.policies import PlacePolicy, Policy
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import Edited, HistoryAdmin, act_with_reason, place_text, reason_field, restate, signature
from wholesale.plumbing.errors import VersionConflict
from wholesale.plumbing.vocabulary import normalise_word

SWITCHED = {"On": "success", "Off": ""}


def number_field(model: type[Policy], name: str, **options: Any) -> forms.DecimalField:
    """The form field of a decimal column: its default and its digits, within the bounds that the table has."""
    column: Any = model._meta.get_field(name)
    if column.has_default():
        options.setdefault("initial", column.default)
    return forms.DecimalField(
        max_digits=column.max_digits,
        decimal_places=column.decimal_places,
        widget=UnfoldAdminDecimalFieldWidget(attrs={"step": "0.01"}),
        **options,
    )


def whole_number_field(model: type[Policy], name: str, **options: Any) -> forms.IntegerField:
    """The form field of a whole number: its default, within the API's bounds, for SQLite's column has none."""
    column: Any = model._meta.get_field(name)
    if column.has_default():
        options.setdefault("initial", column.default)
    return forms.IntegerField(widget=UnfoldAdminIntegerFieldWidget, **options)


def one_spelling(word: str) -> str:
    """A word of an open vocabulary in its one spelling.

    Raises:
        ValidationError: it has none.

    """
    try:
        return normalise_word(word)
    except ValueError as error:
        raise ValidationError(f"It {error}.", code="invalid_word") from error


class PlaceInput:
    """A form's province and market, the market under its own name in its one spelling."""

    cleaned_data: dict[str, Any]

    def clean_market(self) -> str:
        """The market in its one spelling."""
        return one_spelling(self.cleaned_data["market"])

    def clean(self) -> dict[str, Any]:
        form: Any = super()
        cleaned: dict[str, Any] = form.clean() or {}
        if cleaned.get("market"):
            cleaned["market"] = one_market(cleaned.get("province"), cleaned["market"])
        return cleaned


class GovernedForm(forms.ModelForm):
    """A governed row, and why it is changed."""

    key: ClassVar[tuple[str, ...]]  # the fields that name the row; once it is there they stay

    why = reason_field()  # under a name that is not the model's: the last reason stays what it is, and never carries over


class PolicyForm(GovernedForm):
    """A policy, why it is changed, and the version that the editor saw."""

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
        """Save nothing, keep what was typed, and let the editor decide with the other's change in view."""
        restate(self, "expected_version", str(self._stored_version()))
        policy = self.instance
        if not policy.pk:
            return  # that the policy exists by now is an error of its own
        opts = policy._meta
        self.add_error(
            None,
            ValidationError(
                format_html(
                    "Nothing was saved: changed by {} at {} UTC since you opened it{}. What you typed is kept below. "
                    '<a href="{}" target="_blank" class="underline">See what changed</a>; '
                    "saving again puts your values in the place of theirs.",
                    policy.changed_by,
                    date_format(policy.updated_at, "DATETIME_FORMAT"),
                    f", with the reason “{policy.reason}”" if policy.reason else "",
                    reverse(f"admin:{opts.app_label}_{opts.model_name}_history", args=[policy.pk]),
                ),
                code="version_conflict",
            ),
        )

    def changes(self) -> dict[str, Any]:
        """The settings for the service."""
        others = (*self.key, "why", "expected_version")
        return {name: value for name, value in self.cleaned_data.items() if name not in others}


class GovernedAdmin(Edited, HistoryAdmin):
    """Pages of governed rows. What names a row stays, and only who may change it sees the form."""

    form: type[GovernedForm]
    key_title: ClassVar[str]
    settings_fieldsets: ClassVar[Sequence[tuple[str, dict[str, Any]]]] = ()
    last_change: ClassVar[tuple[str, ...]] = ("changed_by", "updated_at", "reason")

    list_per_page = 50

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        key = (self.key_title, {"fields": self.key_fields()})
        why = (("Why", {"fields": ("why",)}),) if self.has_change_permission(request, obj) else ()
        last = (("Last change", {"fields": self.last_change}),) if obj else ()
        return (key, *self.settings_fieldsets, *why, *last)

    def key_fields(self) -> tuple[str, ...]:
        """What the first part of the form shows."""
        return self.form.key

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> Sequence[Any]:
        kept = (*self.readonly_fields, *self.last_change)
        return (*self.form.key, *kept) if obj else kept


class Removal(NamedTuple):
    """What the page says that asks why a row is taken away, and what is said when it was."""

    title: str
    explanation: str
    button: str
    done: str


class RemovableAdmin(GovernedAdmin):
    """Pages of governed rows that may be taken away for a reason. A subclass says by which service."""

    actions_detail: tuple[str, ...] = ("remove",)

    def removal(self, row: Any) -> Removal:
        """What the page says of a row."""
        raise NotImplementedError

    def remove_row(self, row: Any, act: Act) -> None:
        """Take a row away through its service."""
        raise NotImplementedError

    def has_remove_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Who may take a row away."""
        return request.user.has_perm(f"{self.opts.app_label}.{get_permission_codename('delete', self.opts)}")

    @action(description="Remove...", permissions=["remove"], icon="delete", variant=ActionVariant.DANGER, url_path="remove")
    def remove(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take a row away, after a page that asks why."""
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        said = self.removal(row)

        @transaction.atomic
        def act(reason: str) -> str:
            self.log_deletions(request, self.model._default_manager.filter(pk=row.pk))
            self.remove_row(row, Act.by(request.user, reason=reason))
            return said.done

        return act_with_reason(
            request,
            self,
            act,
            title=said.title,
            explanation=said.explanation,
            button=said.button,
            danger=True,
            then=reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"),
        )


class PolicyAdmin(GovernedAdmin):
    """Pages of policies. A subclass says which service stores one and what its switch is called."""

    form: type[PolicyForm]
    upsert: ClassVar[Callable[..., Policy]]
    switch: ClassVar[str] = "enabled"
    last_change = (*GovernedAdmin.last_change, "version")

    change_form_template = "admin/policy_form.html"

    @display(description="State", ordering="enabled", label=SWITCHED)
    def switched(self, policy: Any) -> str:
        """Whether it is on."""
        return "On" if getattr(policy, self.switch) else "Off"

    def settings_of(self, record: Any) -> dict[str, str]:
        return {"State": self.switched(record)}

    def has_add_permission(self, request: HttpRequest) -> bool:
        # One verb makes and changes a policy, so one permission covers both.
        return self.has_change_permission(request)

    def key_fields(self) -> tuple[str, ...]:
        return (*self.form.key, self.switch)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        policy = super().get_object(request, object_id, from_field)
        if policy is None or request.method != "POST":
            return policy
        # Locked until the request's transaction ends: the version that the form is checked against is the one it changes.
        return self.model._default_manager.select_for_update().get(pk=policy.pk)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except VersionConflict:
            # Two people added the same policy in the same moment. Asked again, the form sees the other's row and says so.
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the service, which raises the version and writes the history."""
        stored = type(self).upsert(
            **{name: getattr(obj, name) for name in self.form.key},
            **signature(request),
            reason=form.cleaned_data["why"],
            expected_version=form.cleaned_data["expected_version"],
            **form.changes(),
        )
        obj.pk = stored.pk


class PlacePolicyForm(PlaceInput, PolicyForm):
    """A policy of a market or province."""

    key: ClassVar[tuple[str, ...]] = ("province", "market")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "market" in self.fields:
            self.fields["market"].help_text = "ALL is the whole province; a market's own policy wins over it."


class PlacePolicyAdmin(PolicyAdmin):
    """Pages of the policies of markets and provinces."""

    key_title = "Place"
    list_display_links = ("place",)
    list_filter: ClassVar[tuple[str, ...]] = ("enabled", "province")
    search_fields = ("market", "province", "changed_by", "reason")
    search_help_text = "Market, province, who changed it, or why"

    @display(description="Place", ordering="province")
    def place(self, policy: PlacePolicy) -> str:
        """The province, and the market where it is not the whole province."""
        return place_text(policy)
