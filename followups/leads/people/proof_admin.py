"""The admin page that shows the proof of one person's consent, with a download for a regulator."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from followups.leads.errors import LeadUnknown
from followups.leads.models import Lead
from followups.leads.people.proof import export_proof
from governance.channels import Channel
from governance.gate.ledger import Basis, ContactPoint, Entry, Missing, Proof, content_of, lacking, until
from wholesale.plumbing.admin_parts import allowed, button
from wholesale.plumbing.admin_questions import confirmation, of_row
from wholesale.plumbing.json_files import download
from wholesale.plumbing.showing import shown_number, shown_time

EXPORTED = "Exported the proof of consent."


class WhoseForm(forms.Form):
    """The form that asks whose proof to show."""

    who = forms.CharField(
        label=_("Who"),
        max_length=254,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": _("416 555 0123, name@example.ca or a lead's id")}),
        help_text=_("A lead's id, a phone number or an e-mail address; erased ones are found too."),
    )


class ProofPages(ModelAdmin):
    """A base class with the pages that show the proof of one lead, or of a number, address or lead id that is entered."""

    has_disclose_permission = allowed("followups.export_person")

    @button(_("Proof of consent"), "disclose", icon="gavel")
    @of_row
    def proof(self, request: HttpRequest, lead: Any) -> HttpResponse:
        """Show the proof of this lead. A POST downloads it."""
        return self._proof(request, lead.lead_id, is_download=request.method == "POST")

    @button(_("Proof of consent"), "disclose", icon="gavel", path="proof")
    def find_proof(self, request: HttpRequest) -> HttpResponse:
        """Ask for a lead id, number or address, and show its proof. The number need not belong to a lead."""
        form = WhoseForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                return self._proof(request, form.cleaned_data["who"], is_download="download" in request.POST)
            except LeadUnknown as refusal:
                form.add_error("who", refusal.shown)
        return confirmation(
            request,
            self,
            form=form,
            title=gettext("Whose proof of consent"),
            explanation=gettext(
                "You see each line of the ledger about one person, what the person agreed to, and what of it is not "
                "on file. You can take it home as a file for a regulator."
            ),
            button=gettext("Show it"),
        )

    def _proof(self, request: HttpRequest, who: str, *, is_download: bool) -> HttpResponse:
        found = export_proof(who)
        if is_download:
            _log(request, found)
            return download(found, "proof-of-consent")
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Proof of consent"),
            "opts": self.opts,
            "who": who,
            "about": _about(found),
            "lines": [_shown(line) for line in found["lines"]],
            "to_be_read": found["to_be_read_in_each_wording"],
            "lacking": sum(bool(line["missing"]) for line in found["lines"]),
        }
        return TemplateResponse(request, "admin/followups/proof.html", context)


def _log(request: HttpRequest, found: dict[str, Any]) -> None:
    """Log the download (ids only) in the admin's log for each lead, or for each contact point if there is no lead."""
    user: Any = request.user
    for model, pk, name in _logged(found):
        LogEntry.objects.create(
            user_id=user.pk,
            content_type=ContentType.objects.get_for_model(model),
            object_id=str(pk),
            object_repr=name,
            action_flag=CHANGE,
            change_message=EXPORTED,
        )


def _logged(found: dict[str, Any]) -> Iterator[tuple[Any, int | str, str]]:
    rows = dict(Lead.objects.filter(lead_id__in=found["leads"]).values_list("lead_id", "pk"))
    for lead_id in found["leads"]:
        yield Lead, rows.get(lead_id, ""), lead_id
    for point in [] if found["leads"] else found["contact_points"]:
        yield ContactPoint, point["id"], f"contact point {point['id']}"


def _about(found: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the page's summary: leads, numbers and addresses, sender, and the count of contacts."""
    reached = [
        point["value"] or gettext("erased") for point in found["contact_points"] if point["kind"] != ContactPoint.Kind.LEAD
    ]
    return [
        (gettext("Leads"), _named(found["leads"]) or gettext("none that we know")),
        (gettext("Numbers and addresses"), ", ".join(reached) or gettext("none on file")),
        (gettext("Others have them too"), _named(found["shared_with"]) or gettext("none")),
        (gettext("Who contacts"), ", ".join(filter(None, found["sender"].values())) or gettext("not on file")),
        (gettext("Contacts on file"), shown_number(len(found["contacts"]))),
    ]


def _named(people: list[str]) -> str:
    """Return leads, or others such as "buyer B456", by name. Who is not known as a lead keeps the id."""
    names = {lead.lead_id: str(lead) for lead in Lead.objects.filter(lead_id__in=people)}
    return ", ".join(f"{names[one]} ({one})" if names.get(one, one) != one else one for one in people)


def _shown(line: dict[str, Any]) -> dict[str, Any]:
    """Return one ledger line as the page shows it."""
    signed_in = gettext(" (signed in as %(user)s)") % {"user": line["user"]} if line["user"] else ""
    rows = [
        (gettext("Whose"), line["value"] or gettext("erased")),
        (gettext("Channel"), _label(Channel, line["channel"]) or gettext("Every channel")),
        (gettext("From"), _time(line["effective_at"])),
        (gettext("Until"), _until(line)),
        (gettext("Evidence"), line["evidence"]),
        (gettext("Note"), line["reason"]),
        *content_of(Proof(**line["proof"]) if line["proof"] else None),
        (
            gettext("Recorded"),
            gettext("%(created_at)s by %(actor)s%(signed_in)s, line %(id)s")
            % {"created_at": _time(line["created_at"]), "actor": line["actor"], "signed_in": signed_in, "id": line["id"]},
        ),
    ]
    return {
        "what": ": ".join(filter(None, (str(Entry(line["entry"]).label), _label(Basis, line["basis"])))),
        "rows": [(title, text) for title, text in rows if text],
        "lacks": lacking(Missing(**one) for one in line["missing"]),
    }


def _until(line: dict[str, Any]) -> str:
    if line["expires_at"]:
        return _time(line["expires_at"])
    return until(line["basis"]) if line["entry"] == Entry.CONSENT else ""


def _time(at: datetime) -> str:
    return shown_time(at)


def _label(choices: Any, value: str) -> str:
    return str(choices(value).label) if value else ""
