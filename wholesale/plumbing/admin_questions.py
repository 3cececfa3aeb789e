"""What the page of a button asks before it acts on a row: a reason, and other values of a form."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminExpandableTextareaWidget

from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.vocabulary import NOTE_MAX_LENGTH


def reason_field() -> forms.CharField:
    """Return the form field for the reason of a change. The reason is required, and is kept in the history."""
    return forms.CharField(
        label=_("Reason"),
        max_length=NOTE_MAX_LENGTH,
        widget=UnfoldAdminExpandableTextareaWidget(attrs={"placeholder": _("Why? It is kept in the history.")}),
        help_text=_("Required. Whoever reads the history later should understand it."),
    )


class ReasonForm(forms.Form):
    """The form of a confirmation page that asks only for the reason."""

    reason = reason_field()


def restate(form: forms.BaseForm, name: str, value: str) -> None:
    """Set a hidden field of a submitted form to `value` for its next display. Other fields keep what was typed."""
    data: Any = form.data
    data = data.copy()
    data[name] = value
    form.data = data


DONE = "act-done"  # the event by which htmx learns that an act is done


def _moves(request: HttpRequest) -> bool:
    """Whether htmx asks, which shows the question in a dialog of the page on which the user is."""
    return bool(getattr(request, "htmx", False))


def confirmation(
    request: HttpRequest, model_admin: ModelAdmin, *, title: str, form: forms.Form, **context: Any
) -> TemplateResponse:
    """Return a page that asks for confirmation before an act. Its form posts to the same address. htmx gets the form alone.

    `context` may have `explanation`, `warning`, `table` (what will change), `details` (HTML below it), `hidden` (fields to
    post too), `button` (its label), `danger` (whether it is red), and `idle`: why the act can do nothing now. Then the page
    has no button.
    """
    asked = {"title": title, "opts": model_admin.opts, "form": form, **context}
    if _moves(request):
        return TemplateResponse(request, "admin/confirm_form.html", {"is_dialog": True, **asked})
    page = {**model_admin.admin_site.each_context(request), "media": model_admin.media + form.media}
    return TemplateResponse(request, "admin/confirm.html", {**page, **asked})


def show_refusal(form: forms.BaseForm, refusal: DomainError) -> None:
    """Show a refusal in the form: at the field that the refusal names, or else above all fields."""
    for detail, attr in refusal.shown_errors:
        is_field = attr in form.fields
        form.add_error(attr if is_field else None, f"{attr}: {detail}" if attr and not is_field else detail)


def of_row(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wrap a page so that it gets the row instead of its id. If the row is missing, redirect as Django's admin does."""

    @wraps(page)
    def found(self: ModelAdmin, request: HttpRequest, object_id: str, **options: Any) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return page(self, request, row, **options)

    return found


def idle_of(act: Callable[..., Any], row: Any) -> str:
    """Return why the act of a button can do nothing with the row: the row does not meet the button's condition `when`.

    The page has an address of its own, so that somebody may come to it whose page of the row is old.
    """
    when = getattr(act, "when", None)
    if when is None or when(row):
        return ""
    return gettext("There is nothing to do here: this does not apply to %(row)s as it is now.") % {"row": row}


class Question:
    """What the page of a button asks before it acts on a row: the values of the form, by default the reason.

    For `act` and `page` see `act_with_form`. After the act the user comes to the address `then`, by default the row's page.
    """

    def __init__(
        self, act: Callable[..., str], *, form: Callable[[Any], forms.Form] = ReasonForm, then: str = "", **page: Any
    ) -> None:
        self.act, self.form, self.then, self.page = act, form, then, page


def asking(page: Callable[..., Question]) -> Callable[..., HttpResponse]:
    """Wrap a method of an admin that returns what it asks about a row. It becomes a page that asks this, and then acts."""

    @of_row
    @wraps(page)
    def shown(self: ModelAdmin, request: HttpRequest, row: Any, **options: Any) -> HttpResponse:
        asked = page(self, request, row, **options)
        asked.page.setdefault("idle", idle_of(shown, row))
        then = asked.then or reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])
        form = asked.form(request.POST if request.method == "POST" else None)
        return act_with_form(request, self, form, asked.act, then=then, **asked.page)

    return shown


def act_with_form(
    request: HttpRequest, model_admin: ModelAdmin, form: forms.Form, act: Callable[..., str], *, then: str, **page: Any
) -> HttpResponse:
    """Show a confirmation page with this form. After a valid POST, call `act` and redirect to `then`. htmx stays where it
    is, and gets the event `DONE` with the message.

    `act` takes the form's values as keywords, calls the service, logs it, and returns the message to show. A refusal is
    shown on the page.
    """
    if form.is_valid():
        try:
            done = act(**form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            if _moves(request):
                return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({DONE: {"said": str(done)}})})
            messages.success(request, done)
            return HttpResponseRedirect(then)
    return confirmation(request, model_admin, form=form, **page)


def act_with_reason(
    request: HttpRequest, model_admin: ModelAdmin, act: Callable[[str], str], *, then: str, **page: Any
) -> HttpResponse:
    """Show a confirmation page that asks for the reason. After a valid POST, call `act` with it and redirect to `then`."""
    form = ReasonForm(request.POST if "reason" in request.POST else None)
    return act_with_form(request, model_admin, form, act, then=then, **page)
