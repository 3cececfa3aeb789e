"""The admin's first page, which shows what needs a person now. The page takes only a few queries, each by an index."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from followups.leads.inbox.services import late, waiting
from followups.models import SlaNotice
from followups.sla.breaches import at_risk
from followups.sla.snapshot import SLA_WINDOW, sla_snapshot
from followups.tasks.models import FollowupTask
from governance.gate import GLOBAL, go_live_state, open_risk, risk_policy_of, runbook_status
from kpi.models import Domain, RegressionTrigger
from kpi.services import SUMMARY_SPAN, summarise
from offers.models import OfferPolicy
from wholesale.plumbing import scopes
from wholesale.plumbing.texts import cad
from wholesale.plumbing.vocabulary import Province

OLDEST = 8  # due tasks in the list
NOTICES = 3  # unread notices shown
NEARLY_FULL = Decimal("0.8")  # the used share of a cap from which the tile warns

# The metric, the title of its figure, and the list that it links to.
_WEEK: tuple[tuple[tuple[str, str], str, str, dict[str, str]], ...] = (
    ((Domain.WHOLESALE, "ladder_created"), "Ladders started", "followups.followupladder", {}),
    ((Domain.WHOLESALE, "followup_completed"), "Tasks completed", "followups.followuptask", {"state": "completed"}),
    ((Domain.BUYER_MATCH, "buyer_feedback"), "Buyer feedback", "buyers.buyerfeedbackevent", {}),
    ((Domain.WHOLESALE, "offer_generated"), "Offers computed", "offers.offerevidence", {}),
)


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile of the admin's first page: a figure that links to a list. `tone` is danger, warning, success or empty."""

    title: str
    value: str
    note: str
    url: str
    tone: str = ""


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the figures to the context of the admin's first page, except figures of pages that the user may not see."""
    may = request.user.has_perm
    context["control"] = _control(request) if may("governance.view_golivestate") else None
    context["tiles"] = []
    if may("governance.view_runbook"):
        context["tiles"].append(_runbook())
    if may("governance.view_riskreservation"):
        context["tiles"].append(_risk())
    if may("kpi.view_regressiontrigger"):
        context["tiles"].append(_tripwires())
    if may("followups.view_followuptask"):
        counts = _due_counts()
        context["tiles"] += _follow_up(counts)
        context["due"], context["blocked"] = _oldest_due(request), counts["blocked"]
    if may("followups.view_inboxitem"):
        context["tiles"].append(_inbox())
    if may("followups.view_slanotice"):
        context["notices"] = _unread_notices()
        context["may_read"] = may("followups.read_slanotice")
    if may("offers.view_offerpolicy"):
        context["tiles"].append(_offers())
    if may("kpi.view_kpievent"):
        context["week"] = list(_week(request))
    return context


def _list(model: str, **query: str) -> str:
    return reverse(f"admin:{model.replace('.', '_')}_changelist", query=query or None)


def _control(request: HttpRequest) -> dict[str, Any]:
    """Return the banner about the kill switch and go-live. If no state is stored, the kill switch counts as engaged."""
    state = go_live_state()
    engaged = state is None or state.kill_switch_engaged
    verb = "release" if engaged else "engage"
    return {
        "state": state,
        "engaged": engaged,
        "live": state is not None and state.go_live_enabled,
        "enforced": settings.GO_LIVE_ENFORCE,
        "url": _list("governance.golivestate"),
        "toggle": reverse(f"admin:governance_golivestate_{verb}")
        if request.user.has_perm(f"governance.{verb}_kill_switch")
        else None,
    }


def _runbook() -> Tile:
    found = runbook_status()
    blockers, warnings = len(found["blockers"]), len(found["warnings"])
    counted = f"{blockers} / {warnings}"
    url = reverse("admin:governance_runbookrun_now")
    if blockers:
        first = found["blockers"][0]["id"]
        return Tile("Runbook blockers / warnings", counted, f"do not go live: {first}", url, "danger")
    note = "nothing blocks going live" if warnings else "all is well"
    return Tile("Runbook blockers / warnings", counted, note, url, "warning" if warnings else "success")


def _risk() -> Tile:
    """Return the tile of open risk: the amount of all open reservations, compared with the cap of the engine GLOBAL."""
    policy, at_stake = risk_policy_of(GLOBAL), open_risk(GLOBAL)
    url = _list("governance.riskreservation")
    if policy is None or not policy.enabled:
        return Tile("Open risk", cad(at_stake), "the policy GLOBAL is off: nothing can be reserved", url, "danger")
    if not policy.max_open_risk:
        return Tile("Open risk", cad(at_stake), "GLOBAL has no cap on it", url, "warning")
    share = at_stake / policy.max_open_risk
    tone = "danger" if share >= 1 else "warning" if share >= NEARLY_FULL else "success"
    return Tile("Open risk", cad(at_stake), f"{share:.0%} of GLOBAL's cap of {cad(policy.max_open_risk)}", url, tone)


def _tripwires() -> Tile:
    waiting = RegressionTrigger.objects.filter(undone_at__isnull=True).count()
    note = "see what fell, then undo what they did" if waiting else "none went off that is not undone"
    url = _list("kpi.regressiontrigger", state="standing")
    return Tile("Tripwires that went off", f"{waiting:,}", note, url, "danger" if waiting else "success")


def _due_counts() -> dict[str, int]:
    """Count the tasks that are due, and how many of them are permitted now, blocked, claimed and breached (one query).
    Also count the tasks at risk of a breach (a second query)."""
    now = timezone.now()
    counts: dict[str, int] = (
        FollowupTask.objects.due(now)
        .order_by()
        .aggregate(
            due=Count("id"),
            permitted=Count("id", filter=Q(open_from__lte=now, open_until__gte=now)),
            claimed=Count("id", filter=Q(leased_until__gt=now)),
            breached=Count("id", filter=Q(breached_due_at=F("due_at"))),
        )
    )
    return {**counts, "blocked": counts["due"] - counts["permitted"], "at_risk": at_risk(now).count()}


# The tiles of due tasks: the counted state, the title, the notes for some tasks and for none, and the tones for both.
_DUE = (
    ("permitted", "Due and permitted now", ("the oldest are below", "nobody is waiting"), ("warning", "success")),
    ("blocked", "Due, but not permitted now", ("their minute comes", "nothing is held back"), ("", "")),
    ("claimed", "Claimed", ("somebody is at it", "nobody is at it"), ("", "")),
    (
        "at_risk",
        "At risk of a breach",
        ("late: do what is permitted of them first", "nothing is late by much"),
        ("warning", "success"),
    ),
    ("breached", "SLA breached, still open", ("later than the SLA allows", "within the SLA"), ("danger", "success")),
)


def _follow_up(due: dict[str, int]) -> Iterator[Tile]:
    """Yield the tiles of due tasks. Blocked tasks have their own tile: nobody may work on them now, even if late."""
    for state, title, notes, tones in _DUE:
        n = 0 if due[state] else 1
        yield Tile(title, f"{due[state]:,}", notes[n], _list("followups.followuptask", state=state), tones[n])
    yield _sla()


def _sla() -> Tile:
    url = _list("followups.followuptask", state="completed")
    sla = sla_snapshot(SLA_WINDOW)
    if not sla["count"]:
        return Tile("Done within 2 permitted hours", "-", "no task was completed yet", url)
    return Tile(
        "Done within 2 permitted hours",
        f"{sla['within_2h_permitted']:.0%}",
        f"{sla['within_30m_permitted']:.0%} within 30 minutes; the last {sla['count']:,} tasks",
        url,
        "success" if sla["within_2h_permitted"] >= 0.9 else "warning",
    )


def _inbox() -> Tile:
    """Return the tile with the number of open inbox items and how many of them are late. It takes one query."""
    found = waiting().aggregate(waiting=Count("id"), late=Count("id", filter=late(timezone.now())))
    note = f"{found['late']:,} of them late" if found["late"] else "none of them late" if found["waiting"] else "it is empty"
    tone = "danger" if found["late"] else "warning" if found["waiting"] else "success"
    return Tile("Inbox", f"{found['waiting']:,}", note, _list("followups.inboxitem"), tone)


def _offers() -> Tile:
    on = sorted(set(OfferPolicy.objects.filter(enabled=True).values_list("province", flat=True)))
    if not on:
        return Tile("Provinces with offers", "0", "enable one to begin with", _list("offers.offerpolicy"), "warning")
    return Tile(
        "Provinces with offers",
        f"{len(on)} of {len(Province)}",
        ", ".join(on),
        _list("offers.offerpolicy", enabled__exact="1"),
        "success",
    )


def _unread_notices() -> list[SlaNotice]:
    return list(SlaNotice.objects.filter(read_at__isnull=True)[:NOTICES])


def _oldest_due(request: HttpRequest) -> list[FollowupTask]:
    return list(scopes.visible(FollowupTask.objects.permitted(timezone.now()), request.user)[:OLDEST])


def _week(request: HttpRequest) -> Iterator[dict[str, Any]]:
    """Yield the figures of the last 7 days, each compared with the same figure of the 7 days before."""
    rows = {(row["domain"], row["metric"]): row for row in summarise()}
    for key, title, model, query in _WEEK:
        app, name = model.split(".")
        row = rows.get(key)
        current, before = (row["current"]["count"], row["previous"]["count"]) if row else (0, 0)
        yield {
            "title": title,
            "count": current,
            "before": before,
            "trend": "trending_up" if current > before else "trending_down" if current < before else "trending_flat",
            "url": _list(model, days=str(SUMMARY_SPAN.days), **query) if request.user.has_perm(f"{app}.view_{name}") else "",
        }
