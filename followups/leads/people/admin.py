"""The pages of a person, reached from the lead's page: export, erasure, and why a lead is never deleted."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from followups.leads.people import registry, services
from followups.leads.people.proof_admin import ProofPages
from followups.leads.people.services import Erasure
from followups.leads.people.subjects import Person, person
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_parts import DANGER, allowed, button
from wholesale.plumbing.admin_questions import Question, asking, of_row
from wholesale.plumbing.json_files import download
from wholesale.plumbing.showing import shown_number


def erase_url(lead_pk: int) -> str:
    """Return the address of the page that erases the person."""
    return reverse("admin:followups_lead_erase", args=[lead_pk])


class PersonPages(ProofPages):
    """A base class of the admin of leads, with the pages that export and erase a person."""

    has_erase_permission = allowed("followups.erase_person")

    @button(_("Export person"), "disclose", icon="contact_page")
    @of_row
    def export_person(self, request: HttpRequest, lead: Any) -> HttpResponse:
        """Download all that is on file about the person, as JSON."""
        found = services.export_person(lead.lead_id)
        self.log_change(request, lead, "Exported what is on file about the person.")
        return download(found, f"person-{lead.pk}")

    @button(_("Erase person..."), "erase", icon="person_off", variant=DANGER)
    @asking
    def erase(self, request: HttpRequest, lead: Any) -> Question:
        """Erase the person, after a page that asks why."""

        def act(reason: str) -> str:
            erased = services.erase_person(lead.lead_id, act=Act.by(request.user, reason=reason))
            lead.refresh_from_db()
            self.log_change(request, lead, "Erased.")
            return erased_text(erased)

        whom = person(lead.lead_id)
        return Question(
            act,
            title=gettext("Erase %(lead)s") % {"lead": lead},
            explanation=gettext(
                "Name, number, addresses, messages, notes, reasons, proofs and kept answers are forgotten for good, "
                "and the open ladder closes. What happened stays by id and time, and opt-outs hold when the number "
                "comes again. "
                "Export first what you must keep. Do not name the person in the reason: it is kept."
            ),
            warning=_shared_text(whom.shared_with),
            table={
                "headers": [name for name, _number in _counts(whom)],
                "rows": [[shown_number(count) for _name, count in _counts(whom)]],
            },
            button=gettext("Erase the person"),
            danger=True,
        )

    @of_row
    def delete_view(self, request: HttpRequest, lead: Any, **options: Any) -> HttpResponse:
        """Show what to do instead of deleting. Nobody may delete a lead, because every ledger refers to its id."""
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("A lead is not deleted"),
            "opts": self.opts,
            "erase_url": erase_url(lead.pk),
            "because": "A lead is never deleted, because ladders and the ledger refer to its id.",
        }
        return TemplateResponse(request, "admin/person_stays.html", context, status=403)


def erased_text(erased: Erasure) -> str:
    """Return a text that counts what was erased."""
    done = gettext(
        "Erased: %(points)s numbers and addresses, %(messages)s messages, %(texts)s texts, "
        "%(refused_rows)s refused rows, %(files)s files, %(answers)s kept answers; %(cancelled_steps)s "
        "open steps are cancelled."
    ) % {
        "points": shown_number(erased.points),
        "messages": shown_number(erased.messages),
        "texts": shown_number(erased.texts),
        "refused_rows": shown_number(erased.refused_rows),
        "files": shown_number(erased.files),
        "answers": shown_number(erased.answers),
        "cancelled_steps": shown_number(erased.cancelled_steps),
    }
    return f"{done} {_shared_text(list(erased.shared_with))}".strip()


def _shared_text(others: list[str]) -> str:
    if not others:
        return ""
    named = ", ".join(others)
    return gettext("Others have the same number or address, where it stays until they are erased too: %(named)s.") % {
        "named": named
    }


def _counts(whom: Person) -> list[tuple[str, int]]:
    return [
        *(count for room in registry.rooms() for count in room.counts(whom.lead_id)),
        (gettext("Messages"), whom.messages.count()),
        (gettext("Lines of the ledger"), whom.records.count()),
        (gettext("Inbox items"), whom.inbox.count()),
    ]
