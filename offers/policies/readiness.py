"""The checks of the runbook about offers."""

from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from django.db.models import Value
from django.utils.translation import gettext as _

from governance.runbook.registry import Finding, Severity, read_once, register
from offers.policies.models import OfferPolicy
from wholesale.plumbing.codes import provinces_text
from wholesale.plumbing.vocabulary import ALL, Province

PACE_SPAN = timedelta(days=7)
PACE_PROVINCES = 2


class _State(NamedTuple):
    """One state of an offer policy, the present or a past one, and when it began."""

    is_present: bool
    id: int
    province: str
    market: str
    enabled: bool
    since: datetime


@read_once
def _states() -> list[_State]:
    """The present and past states of all offer policies. They take one query, because the runbook may take only few."""
    now = OfferPolicy.objects.order_by().values_list(Value(True), "id", "province", "market", "enabled", "updated_at")
    ever = OfferPolicy.history.order_by().values_list(Value(False), "id", "province", "market", "enabled", "history_date")
    return [_State(*row) for row in now.union(ever, all=True)]


def _policies() -> list[_State]:
    return [state for state in _states() if state.is_present]


@register("offers.policies", Severity.BLOCKER, "Every province has an offer policy")
def offer_policies(now: datetime) -> Finding:
    """Check that every province has an offer policy for market ALL, on or off."""
    present = {policy.province for policy in _policies() if policy.market == ALL}
    missing = sorted(set(Province.values) - present)
    if missing:
        said = _("No offer policy for %(missing)s. Run seed_policies.")
        return Finding(False, said % {"missing": provinces_text(missing)}, missing)
    return Finding(True, _("All 13 provinces have an offer policy."))


@register("offers.enabled", Severity.WARNING, "At least one offer policy is enabled")
def offers_enabled(now: datetime) -> Finding:
    """Check that an offer policy is enabled. Without one no offer can be computed."""
    enabled = sorted({policy.province for policy in _policies() if policy.enabled})
    if not enabled:
        return Finding(False, _("No offer policy is enabled: no offer can be computed."))
    return Finding(True, _("Offers are enabled in %(enabled)s.") % {"enabled": provinces_text(enabled)}, enabled)


@register("offers.pace", Severity.WARNING, "Provinces are rolled out slowly")
def offers_pace(now: datetime) -> Finding:
    """Check that at most two provinces were turned on within seven days. The customer's guide forbids all 13 at once."""
    turned_on = provinces_turned_on(now - PACE_SPAN)
    if len(turned_on) > PACE_PROVINCES:
        return Finding(
            False,
            _("%(count)s provinces were enabled within seven days: %(listed)s.")
            % {"count": len(turned_on), "listed": provinces_text(turned_on)},
            sorted(turned_on),
        )
    return Finding(True, _("Provinces enabled within seven days: %(count)s.") % {"count": len(turned_on)}, sorted(turned_on))


def provinces_turned_on(since: datetime) -> set[str]:
    """The provinces in which a policy was turned on since an instant, by the history of the policies (one query)."""
    ever = sorted((state for state in _states() if not state.is_present), key=attrgetter("id", "since"))
    turned_on = set()
    for _id, changes in groupby(ever, key=attrgetter("id")):
        was_enabled = False
        for state in changes:
            if state.enabled and not was_enabled and state.since >= since:
                turned_on.add(state.province)
            was_enabled = state.enabled
    return turned_on
