"""From what was read to what needs a person: each thing that is red or amber, with its remedy."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followups.tasks.figures import DueTasks
from governance.gate import GLOBAL, EngineRisk
from kpi.tripwire.models import RegressionPolicy
from wholesale.console.frame import Standstill
from wholesale.console.notices.facts import TOLD_APART
from wholesale.console.today import figures
from wholesale.console.today.alerts import Alert, Tone
from wholesale.console.today.figures import WaitingCount
from wholesale.console.today.links import Links
from wholesale.plumbing.showing import shown_number, shown_rate
from wholesale.plumbing.spoken import code_words

NEARLY_FULL = 0.8  # the used share of a cap from which it is amber
# The first word of a check's id -> the list that mends what it finds.
MENDED_AT = {
    "market": "governance.marketpolicy",
    "risk": "governance.riskpolicy",
    "heimdall": "governance.heimdallpolicy",
    "offers": "offers.offerpolicy",
    "contact": "governance.organisation",
    "duties": "governance.legalduty",
}


def of_standstill(stop: Standstill | None) -> Iterator[Alert]:
    """The kill switch, or go-live that is off."""
    if stop:
        yield Alert(Tone.RED, stop.what, stop.details, stop.remedy, stop.link)


def of_runbook(found: Mapping[str, Any], links: Links) -> Iterator[Alert]:
    """Each blocker of the runbook, and its warnings together."""
    page = links.page("governance_runbookrun_now", "governance.view_runbook")
    for item in found["blockers"]:
        if item["id"] not in TOLD_APART:
            model = MENDED_AT.get(item["id"].split(".")[0])
            mended_at = links.list_of(model) if model else ""
            remedy = _("Mend it") if mended_at else _("Open the runbook")
            yield Alert(Tone.RED, _("The runbook blocks go-live."), item["message"], remedy, mended_at or page)
    warnings = [item for item in found["warnings"] if item["id"] not in TOLD_APART]
    if warnings:
        what = ngettext("The runbook has %(n)s warning.", "The runbook has %(n)s warnings.", len(warnings))
        yield Alert(Tone.AMBER, what % {"n": len(warnings)}, warnings[0]["message"], _("Open the runbook"), page)


def of_tripwires(policies: Iterable[RegressionPolicy], links: Links) -> Iterator[Alert]:
    """The tripwires that went off and are not undone; and those near their line, or past it with nothing left to undo."""
    policies = list(policies)
    off = [policy for policy in policies if policy.waiting]  # type: ignore[attr-defined]  # counted by `watching`
    if off:
        what = ngettext("%(n)s tripwire went off.", "%(n)s tripwires went off.", len(off)) % {"n": len(off)}
        link = links.list_of("kpi.regressiontrigger", state="standing")
        yield Alert(Tone.RED, what, ", ".join(map(str, off)), _("See what fell, and undo"), link)
    states = [(policy, policy.state) for policy in policies if policy not in off and hasattr(policy, "state")]
    past = [policy for policy, state in states if state.triggered]
    if past:
        what = ngettext("%(n)s tripwire is past its line.", "%(n)s tripwires are past their line.", len(past)) % {
            "n": len(past)
        }
        details = _("%(names)s: nothing is left to undo.") % {"names": ", ".join(map(str, past))}
        yield Alert(Tone.AMBER, what, details, _("See the states"), links.list_of("kpi.regressionstate"))
    near = [policy for policy, state in states if state.amber and not state.triggered]
    if near:
        what = ngettext("%(n)s tripwire is near its line.", "%(n)s tripwires are near their line.", len(near)) % {
            "n": len(near)
        }
        yield Alert(Tone.AMBER, what, ", ".join(map(str, near)), _("See the states"), links.list_of("kpi.regressionstate"))


def of_tasks(due: DueTasks, links: Links) -> Iterator[Alert]:
    """Breaches of the SLA, and tasks at risk of one."""
    if due.breached:
        what = ngettext("%(n)s open task has breached the SLA.", "%(n)s open tasks have breached the SLA.", due.breached)
        link = links.list_of("followups.followuptask", state="breached")
        yield Alert(Tone.RED, what % {"n": shown_number(due.breached)}, "", _("Reassign or do them"), link)
    if due.at_risk:
        what = ngettext("%(n)s task is at risk of a breach.", "%(n)s tasks are at risk of a breach.", due.at_risk)
        link = links.list_of("followups.followuptask", state="at_risk")
        yield Alert(Tone.AMBER, what % {"n": shown_number(due.at_risk)}, "", _("See them"), link)


def of_risk(engines: Sequence[EngineRisk], links: Links) -> Iterator[Alert]:
    """Caps that are full or nearly so, and GLOBAL that is off."""
    link, caps = links.list_of("governance.riskpolicy"), _("Open the caps")
    if not any(engine.engine == GLOBAL and engine.enabled for engine in engines):
        yield Alert(
            Tone.RED, _("The risk policy of all engines together (GLOBAL) is off: nothing can be reserved."), "", caps, link
        )
    for engine in engines:
        for cap in engine.caps:
            if engine.enabled and cap.share >= NEARLY_FULL:
                what = _("%(engine)s: %(share)s of a cap is used.") % {
                    "engine": code_words(engine.engine, "engine"),
                    "share": shown_rate(cap.share),
                }
                yield Alert(Tone.RED if cap.share >= 1 else Tone.AMBER, what, cap_name(cap.cap), caps, link)


def cap_name(cap: str) -> str:
    """Return what a cap is called."""
    names = {
        "max_open_risk": _("Open risk"),
        "max_daily_exposure": _("Exposure today"),
        "max_daily_loss": _("Loss today"),
        "max_actions_per_day": _("Actions today"),
    }
    return names[cap]


def of_waiting(waiting: Iterable[WaitingCount], links: Links) -> Iterator[Alert]:
    """Inbox items, background tasks without a worker or that failed, and imports with refused rows."""
    for one in waiting:
        n = {"n": shown_number(one.number)}
        if one.what == figures.DOUBTFUL:
            what = ngettext("%(n)s doubtful message waits.", "%(n)s doubtful messages wait.", one.number) % n
            link = links.list_of("followups.inboxitem", kind__exact="MESSAGE")
            yield Alert(Tone.RED if one.of_these else Tone.AMBER, what, _late(one), _("Decide"), link)
        elif one.what == figures.INBOX and one.of_these:
            what = ngettext("%(n)s item waits in the inbox.", "%(n)s items wait in the inbox.", one.number) % n
            yield Alert(Tone.RED, what, _late(one), _("Open the inbox"), links.list_of("followups.inboxitem"))
        elif one.what == figures.STUCK:
            what = ngettext(
                "%(n)s background task waits too long: is the worker running?",
                "%(n)s background tasks wait too long: is the worker running?",
                one.number,
            )
            link = links.list_of("django_tasks_database.dbtaskresult", status__exact="READY")
            yield Alert(Tone.RED, what % n, "", _("See them"), link)
        elif one.what == figures.FAILED:
            what = ngettext("%(n)s background task failed.", "%(n)s background tasks failed.", one.number) % n
            link = links.list_of("django_tasks_database.dbtaskresult", status__exact="FAILED")
            yield Alert(Tone.RED, what, "", _("Try again"), link)
        elif one.what == figures.IMPORT:
            app, model = one.about.split(".")
            what = ngettext("An import refused %(n)s row.", "An import refused %(n)s rows.", one.number) % n
            link = links.page(f"{app}_{model}_change", f"{app}.view_{model}", one.of_these)
            yield Alert(Tone.AMBER, what, "", _("See why"), link)


def _late(one: WaitingCount) -> str:
    return ngettext("%(n)s is late.", "%(n)s are late.", one.of_these) % {"n": one.of_these} if one.of_these else ""
