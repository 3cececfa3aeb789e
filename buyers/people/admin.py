"""The pages of a buyer as a person: export, erasure, and why a buyer is never deleted."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from buyers.people.services import BuyerErasure, erase_buyer, export_buyer
from buyers.people.subjects import BuyerOnFile, on_file
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_parts import DANGER, allowed, button
from wholesale.plumbing.admin_questions import Question, asking, of_row
from wholesale.plumbing.json_files import download
from wholesale.plumbing.showing import shown_number


class BuyerPersonPages(ModelAdmin):
    """A base class of the admin of buyers, with the pages that export and erase a person."""

    has_erase_permission = allowed("buyers.erase_buyer")
    has_disclose_permission = allowed("buyers.export_buyer_file")

    @button(_("Export person"), "disclose", icon="contact_page")
    @of_row
    def export_person(self, request: HttpRequest, buyer: Any) -> HttpResponse:
        """Download all that is on file about the buyer, as JSON."""
        found = export_buyer(buyer.buyer_id)
        self.log_change(request, buyer, "Exported what is on file about the person.")
        return download(found, f"buyer-{buyer.pk}")

    @button(_("Erase person..."), "erase", icon="person_off", variant=DANGER)
    @asking
    def erase(self, request: HttpRequest, buyer: Any) -> Question:
        """Erase the buyer, after a page that asks why."""

        def act(reason: str) -> str:
            erased = erase_buyer(buyer.buyer_id, act=Act.by(request.user, reason=reason))
            buyer.refresh_from_db()
            self.log_change(request, buyer, "Erased.")
            return erased_text(erased)

        whom = on_file(buyer.buyer_id)
        counts = _counts(whom)
        return Question(
            act,
            title=gettext("Erase %(buyer)s") % {"buyer": buyer},
            explanation=gettext(
                "Name, company, numbers, addresses, notes, proof of funds, buy boxes, proofs and kept answers are "
                "forgotten for good. What the buyer did stays by id and time, and opt-outs hold when the number comes "
                "again. "
                "Export first what you must keep. Do not name the person in the reason: it is kept."
            ),
            warning=_shared_text(whom.shared_with),
            table={
                "headers": [name for name, _number in counts],
                "rows": [[shown_number(count) for _name, count in counts]],
            },
            button=gettext("Erase the person"),
            danger=True,
        )

    @of_row
    def delete_view(self, request: HttpRequest, buyer: Any, **options: Any) -> HttpResponse:
        """Show what to do instead of deleting. Nobody may delete a buyer: feedback and the ledger refer to its id."""
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("A buyer is not deleted"),
            "opts": self.opts,
            "erase_url": reverse("admin:buyers_buyer_erase", args=[buyer.pk]),
            "because": "A buyer is never deleted, because feedback and the ledger refer to its id.",
        }
        return TemplateResponse(request, "admin/person_stays.html", context, status=403)


def erased_text(erased: BuyerErasure) -> str:
    """Return a text that counts what was erased."""
    done = gettext(
        "Erased: %(points)s numbers and addresses, %(boxes)s buy boxes, %(texts)s texts, "
        "%(refused_rows)s refused rows, %(files)s files, %(answers)s kept answers."
    ) % {
        "points": shown_number(erased.points),
        "boxes": shown_number(erased.boxes),
        "texts": shown_number(erased.texts),
        "refused_rows": shown_number(erased.refused_rows),
        "files": shown_number(erased.files),
        "answers": shown_number(erased.answers),
    }
    return f"{done} {_shared_text(list(erased.shared_with))}".strip()


def _shared_text(others: list[str]) -> str:
    if not others:
        return ""
    return gettext("Others have the same number or address, where it stays until they are erased too: %(others)s.") % {
        "others": ", ".join(others)
    }


def _counts(whom: BuyerOnFile) -> list[tuple[str, int]]:
    return [
        (gettext("Deals sent"), whom.deals_sent.count()),
        (gettext("Answers"), whom.feedback.count()),
        (gettext("Lines of the ledger"), whom.records.count()),
    ]
