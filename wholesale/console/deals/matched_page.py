"""The page of the buyers that match a deal: one click records who was asked, another what they answered."""

from typing import Any

from django.contrib import messages
from django.contrib.messages import constants
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from buyers.book.models import Buyer
from buyers.liquidity.deals import send_deal, take_answer
from buyers.liquidity.errors import BuyerNotContactable
from buyers.liquidity.figures import Event
from governance.channels import Channel
from offers.deals.life.models import Offer
from wholesale.console.deals.matched import ANSWERS, MatchedBuyer, deal_of, matched_of, place_of
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_input import row_id
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.showing import shown_money, shown_time

ASK, ANSWER = "buyers.send_deal", "buyers.record_feedback"


def matched_page(request: HttpRequest, model_admin: ModelAdmin, offer: Offer) -> HttpResponse:
    """Show the buyers that match the deal, or do what the button of a row says. With htmx the answer is the table alone."""
    if request.method != "POST":
        return _page(request, model_admin, offer)
    buyer_id = request.POST.get("buyer", "")
    refusal = None
    try:
        said = _act(request, offer, buyer_id)
    except DomainError as refused:
        said, refusal = refused.shown, refused
    if request.htmx:  # type: ignore[attr-defined]
        return _part(request, offer, buyer_id, said, refusal)
    messages.add_message(request, constants.ERROR if refusal else constants.SUCCESS, said)
    return HttpResponseRedirect(request.path)


def _act(request: HttpRequest, offer: Offer, buyer_id: str) -> str:
    """Record what the pressed button says, and return the sentence that says so."""
    channel, event = request.POST.get("ask", ""), request.POST.get("answer", "")
    if channel in Channel.values:
        return _ask(request, offer, buyer_id, channel)
    if event in Event.values:
        return _answer(request, offer, buyer_id, event)
    raise PermissionDenied


def _ask(request: HttpRequest, offer: Offer, buyer_id: str, channel: str) -> str:
    _require(request, ASK)
    act, seen = Act.by(request.user), row_id(request.POST.get("seen", "")) or 0
    about = {"buyer_id": buyer_id, "deal_ref": offer.deal_name, **place_of(offer)}
    sent = send_deal(**about, channel=channel, seen=seen, act=act)
    words = {"buyer": _name(buyer_id), "channel": sent.get_channel_display().lower(), "time": shown_time(sent.sent_at)}
    if sent.sent_at < act.now:
        return _("%(buyer)s was asked already: %(channel)s, %(time)s. Nothing was recorded again.") % words
    return _("Recorded: %(buyer)s was asked, %(channel)s.") % words


def _answer(request: HttpRequest, offer: Offer, buyer_id: str, event: str) -> str:
    _require(request, ANSWER)
    act, seen = Act.by(request.user), row_id(request.POST.get("heard", "")) or 0
    about = {"buyer_id": buyer_id, "deal_ref": offer.deal_name, **place_of(offer)}
    kept = take_answer(**about, event=event, seen=seen, act=act)
    words = {"buyer": _name(buyer_id), "answer": Event(event).label}
    if kept.created_at < act.now:
        return _("%(buyer)s: %(answer)s was recorded already.") % words
    return _("Recorded: %(buyer)s, %(answer)s.") % words


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _name(buyer_id: str) -> str:
    return str(Buyer.objects.filter(buyer_id=buyer_id).first() or buyer_id)


def _part(request: HttpRequest, offer: Offer, buyer_id: str, said: str, refusal: DomainError | None) -> HttpResponse:
    """Return the table, with the focus on the row that was acted on. A refusal is shown there too."""
    rows, candidates = matched_of(offer, timezone.now())
    row = next((one for one in rows if one.buyer_id == buyer_id), None)
    if refusal and row:
        if isinstance(refusal, BuyerNotContactable):
            said = _not_now(row, request.POST.get("ask", "")) or said
        row.refusal = said
    context = _context(request, offer, rows, candidates) | {"said": said, "acted_on": buyer_id}
    return TemplateResponse(request, "console/deals/matched.html", context)


def _not_now(row: MatchedBuyer, channel: str) -> str:
    """Say in words why the buyer may not be contacted by a channel: the refusal itself names the gate's codes."""
    why = next((way.why for way in row.ways if way.channel == channel and not way.allowed), ())
    about = {"buyer": row.name, "channel": Channel(channel).label, "why": " ".join(why)}
    return _("%(buyer)s, %(channel)s: not now. %(why)s") % about if why else ""


def _page(request: HttpRequest, model_admin: ModelAdmin, offer: Offer) -> HttpResponse:
    rows, candidates = matched_of(offer, timezone.now())
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "original": offer,
        "title": _("Buyers for %(offer)s") % {"offer": offer},
        **_context(request, offer, rows, candidates),
    }
    return TemplateResponse(request, "console/deals/matched_page.html", context)


def _context(request: HttpRequest, offer: Offer, rows: list[MatchedBuyer], candidates: int) -> dict[str, Any]:
    return {
        "offer": offer,
        "price": shown_money(deal_of(offer).price),
        "rows": rows,
        "candidates": candidates,
        "answers": [(event.value, event.label) for event in ANSWERS],
        "may_ask": request.user.has_perm(ASK),
        "may_answer": request.user.has_perm(ANSWER),
    }
