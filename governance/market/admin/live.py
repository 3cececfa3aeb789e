"""A part of a market policy's page that is kept up to date: where it is open now and when it opens next, and what saving the
form would do to the contacts that are due. Everything is asked of the gate, and nothing is saved."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from governance import gate
from governance.channels import Channel
from governance.clocks.models import MarketZone
from governance.clocks.resolving import resolve
from governance.people import PersonFacts
from wholesale.plumbing.admin_input import row_id
from wholesale.plumbing.showing import shown_clock, shown_time

A_DAY = timedelta(hours=24)  # the gate looks no further for the end of an interval
ANY_SCORE = Decimal(1)  # nobody scores more, so that the score refuses nobody


class Opening(NamedTuple):
    """Whether a channel is open in a zone now, and until when or from when on, in words."""

    is_open: bool
    said: str


class ZoneRow(NamedTuple):
    """A zone in which the policy applies: its clock, and the opening of each channel."""

    zone: str
    clock: str
    openings: list[Opening]


class EffectRow(NamedTuple):
    """What saving would do to the due contacts of one channel."""

    channel: str
    effect: gate.ChannelEffect


def live_part(request: HttpRequest, model_admin: ModelAdmin, object_id: str | None = None) -> HttpResponse:
    """Show the part for a policy as it is stored (GET), or for what its form says (POST)."""
    policy = None
    if object_id is not None:
        if not model_admin.has_view_permission(request):
            raise PermissionDenied
        policy = model_admin.get_queryset(request).filter(pk=row_id(object_id)).first()
        if policy is None:
            return model_admin._get_obj_does_not_exist_redirect(request, model_admin.opts, object_id)
    if request.method == "POST":
        if not model_admin.has_change_permission(request):
            raise PermissionDenied
        meant = _meant_by(model_admin.get_form(request, policy, change=policy is not None)(request.POST, instance=policy))
    elif policy is not None:
        meant = gate.MeantPolicy(policy.province, policy.market, policy.enabled, policy.rules)
    else:
        return HttpResponseNotAllowed(["POST"])
    now = timezone.now()
    context: dict[str, Any] = {"meant": meant, "channels": [channel.label for channel in Channel]}
    if meant is not None:
        context["zones"] = openings(meant, now)
    if meant is not None and request.method == "POST":
        effects = gate.effects_of(meant, now)
        context |= {"effects": effects, "rows": [EffectRow(str(Channel(e.channel).label), e) for e in effects.by_channel]}
    return TemplateResponse(request, "admin/governance/marketpolicy/live.html", context)


def _meant_by(form: Any) -> gate.MeantPolicy | None:
    """Return the policy that a form means, or None if it says no complete rules. A missing reason does not matter yet."""
    form.is_valid()
    given, policy = form.cleaned_data, form.instance
    is_wrong = {"channels", "min_score", "province", "market"} & set(form.errors)
    windows = (form.windows, *(own for own in form.channel_windows.values() if own.is_bound))
    if is_wrong or "rules" not in given or not all(own.is_valid() for own in windows):
        return None
    place = (policy.province, policy.market) if policy.pk else (given["province"], given["market"])
    return gate.MeantPolicy(*place, enabled=given.get("enabled", False), rules=given["rules"])


def openings(meant: gate.MeantPolicy, now: datetime) -> list[ZoneRow]:
    """Say for each zone of the policy's place whether each channel would be open now, for somebody who is not known."""
    own = MarketZone.objects.filter(province=meant.province, market=meant.market).values_list("zone", flat=True).first()
    zones = resolve(meant.province, market_zone=own or "").zones
    nobody = PersonFacts(person_id="", province=meant.province, market=meant.market, score=ANY_SCORE)
    people = [nobody._replace(zone=zone.key) for zone in zones]
    contacts = [gate.Contact(one, channel.value, is_known=False) for one in people for channel in Channel]
    judged = iter(gate.judge_both(meant, contacts, now))
    return [
        ZoneRow(zone.key, shown_time(now, zone), [_opening(next(judged).then, now, zone) for _channel in Channel])
        for zone in zones
    ]


def _opening(asked: gate.Asked, now: datetime, zone: ZoneInfo) -> Opening:
    minutes = asked.minutes(now)
    if asked.refusals:
        return Opening(False, " ".join(str(gate.Reason(reason).label) for reason in sorted(asked.refusals)))
    if minutes.open_from is None or minutes.open_until is None:
        return Opening(False, _("no opening within 30 days"))
    if not minutes.is_open(now):
        return Opening(False, _("opens %(when)s") % {"when": _when(minutes.open_from, now, zone)})
    if minutes.open_until >= now + A_DAY - timedelta(minutes=1):
        return Opening(True, _("for 24 hours and more"))
    return Opening(True, _("until %(when)s") % {"when": _when(minutes.open_until, now, zone)})


def _when(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """An instant by the zone's clock, without the day if it is today there."""
    is_today = at.astimezone(zone).date() == now.astimezone(zone).date()
    return shown_clock(at, zone) if is_today else shown_time(at, zone)
