"""The page of the buyers that match a deal: one click records who was asked, another what they answered."""

from typing import Any

from django import forms
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
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.fields import BIGINT_MAX
from wholesale.plumbing.showing import shown_money, shown_time
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH

ASK, ANSWER = "buyers.send_deal", "buyers.record_feedback"


class PressedForm(forms.Form):
    """What a button of a row sends: the buyer, what to record, and the last line of the kind that the row shows."""

    buyer = forms.CharField(max_length=LABEL_MAX_LENGTH)
    ask = forms.ChoiceField(choices=Channel.choices, required=False)
    answer = forms.ChoiceField(choices=Event.choices, required=False)
    seen = forms.IntegerField(min_value=0, max_value=BIGINT_MAX, required=False)


def matched_page(request: HttpRequest, model_admin: ModelAdmin, offer: Offer) -> HttpResponse:
    """Show the buyers that match the deal, or do what the button of a row says. With htmx the answer is the table alone."""
    if request.method != "POST":
        return _page(request, model_admin, offer)
    pressed = PressedForm(request.POST)
    if not pressed.is_valid():
        raise PermissionDenied
    buyer_id, refusal = pressed.cleaned_data["buyer"], None
    try:
        said = _act(request, offer, pressed.cleaned_data)
    except DomainError as refused:
        said, refusal = refused.shown, refused
    if request.htmx:  # type: ignore[attr-defined]
        return _part(request, offer, buyer_id, said, refusal)
    messages.add_message(request, constants.ERROR if refusal else constants.SUCCESS, said)
    return HttpResponseRedirect(request.path)


def _act(request: HttpRequest, offer: Offer, pressed: dict[str, Any]) -> str:
    """Record what the pressed button says, and return the sentence that says so."""
    about = {"buyer_id": pressed["buyer"], "deal_ref": offer.deal_name, **place_of(offer), "seen": pressed["seen"] or 0}
    if pressed["ask"]:
        return _ask(request, about, pressed["ask"])
    if pressed["answer"]:
        return _answer(request, about, pressed["answer"])
    raise PermissionDenied


def _ask(request: HttpRequest, about: dict[str, Any], channel: str) -> str:
    _require(request, ASK)
    act = Act.by(request.user)
    sent = send_deal(**about, channel=channel, act=act)
    channel_text, time = str(sent.get_channel_display()).lower(), shown_time(sent.sent_at)
    words = {"buyer": _name(about["buyer_id"]), "channel": channel_text, "time": time}
    if sent.sent_at < act.now:
        return _("%(buyer)s was asked already: %(channel)s, %(time)s. Nothing was recorded again.") % words
    return _("Recorded: %(buyer)s was asked, %(channel)s.") % words


def _answer(request: HttpRequest, about: dict[str, Any], event: str) -> str:
    _require(request, ANSWER)
    act = Act.by(request.user)
    kept = take_answer(**about, event=event, act=act)
    words = {"buyer": _name(about["buyer_id"]), "answer": Event(event).label}
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
        "ranked": sum(row.rank is not None for row in rows),
        "asked_besides": any(row.rank is None for row in rows),
        "answers": [(event.value, event.label) for event in ANSWERS],
        "may_ask": request.user.has_perm(ASK),
        "may_answer": request.user.has_perm(ANSWER),
    }
