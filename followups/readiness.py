"""Runbook checks of how follow-up is set up: templates, SLA policies, pools and vendors. One query reads it all."""

import json
from collections import defaultdict
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, TextField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followups.ladders.templates.models import LadderTemplate
from followups.ladders.templates.speech import wanting_in_quebec
from followups.pool.models import PoolAgent
from followups.pool.services import IS_INACTIVE
from followups.pool.vendors.models import Vendor
from followups.sla.mail import can_send, operators
from followups.sla.models import SlaPolicy
from governance.channels import Channel
from governance.runbook.registry import Finding, Severity, ended_or_ending, read_once, register
from wholesale.plumbing.codes import place_name, titled
from wholesale.plumbing.showing import shown_day
from wholesale.plumbing.vocabulary import ALL, Province

NOTICE = timedelta(days=30)  # before a registration or a contract ends


class Template(NamedTuple):
    """A ladder template, with the columns that the checks use."""

    province: str
    market: str
    kind: str
    enabled: bool
    steps: list[dict[str, Any]]


class Configured(NamedTuple):
    """The configuration that the checks look at."""

    templates: list[Template]
    watched: set[tuple[str, str]]  # province and channel with an SLA policy that is on, as market ALL
    addresses: list[str]  # e-mail addresses of the operators
    unknown_agents: list[str]  # names in the pools without a user
    inactive_agents: list[str]  # names in the pools whose user may not sign in
    vendors: dict[str, tuple[date, date | None]]  # name -> the last days of its registration and contract


@read_once
def configured() -> Configured:
    """Read the configuration in one query, because the runbook may use only few queries."""
    templates = LadderTemplate.objects.order_by().values_list(
        Value("template"), "province", "market", "enabled", Cast("steps", TextField()), "kind"
    )
    policies = SlaPolicy.objects.filter(market=ALL).order_by()
    active_users = User.objects.filter(username=OuterRef("agent"), is_active=True)
    agents = PoolAgent.objects.filter(~Exists(active_users)).annotate(is_user=IS_INACTIVE).order_by()
    vendors, contract = Vendor.objects.order_by(), Cast("contract_ends_on", TextField())
    empty = Value("", TextField())
    parts: Any = (
        policies.values_list(Value("sla"), "province", "market", "enabled", Cast("channel", TextField()), Value("")),
        operators().order_by().values_list(Value("operator"), "email", Value(""), "is_active", empty, Value("")),
        agents.values_list(Value("agent"), "agent", Value(""), "is_user", empty, Value("")),
        vendors.values_list(
            Value("vendor"), "name", contract, Value(True), Cast("registration_expires_on", TextField()), Value("")
        ),
    )
    found: dict[str, list[Any]] = defaultdict(list)
    for what, *row in templates.union(*parts, all=True):
        found[what].append(row)
    return Configured(
        [Template(place, market, kind, on, json.loads(steps)) for place, market, on, steps, kind in found["template"]],
        {(place, channel) for place, _market, on, channel, _kind in found["sla"] if on},
        sorted({address for address, *_rest in found["operator"]}),
        sorted({agent for agent, _market, is_user, *_rest in found["agent"] if not is_user}),
        sorted({agent for agent, _market, is_user, *_rest in found["agent"] if is_user}),
        {
            name: (date.fromisoformat(registered), date.fromisoformat(contract) if contract else None)
            for name, contract, _on, registered, _kind in found["vendor"]
        },
    )


@register("followups.pool", Severity.WARNING, "Whoever takes ladders in a pool can sign in")
def pool(now: datetime) -> Finding:
    """Find pool agents whose name is no user's (they still get ladders), or whose user is inactive (they get none)."""
    unknown, inactive = configured().unknown_agents, configured().inactive_agents
    said = []
    if unknown:
        said.append(
            _("Ladders go to names that are no user's: %(unknown)s. Is one misspelt?") % {"unknown": ", ".join(unknown)}
        )
    if inactive:
        said.append(
            _("Users who may not sign in get no ladder: %(inactive)s. Remove them from their pools.")
            % {"inactive": ", ".join(inactive)}
        )
    if said:
        return Finding(False, " ".join(said), {"unknown": unknown, "inactive": inactive})
    return Finding(True, _("Everybody in the pools can sign in."))


@register("followups.vendors", Severity.WARNING, "Hired callers are registered with the National DNCL")
def vendors(now: datetime) -> Finding:
    """Find vendors whose registration has ended or ends within 30 days."""
    last_days = {name: registered for name, (registered, _contract) in configured().vendors.items()}
    if not last_days:
        return Finding(True, _("No vendor calls for us."))
    ended = _("The registration has ended of %(names)s, whose agents claim nothing.")
    found = ended_or_ending(
        last_days, now.date(), NOTICE, ended=ended, ending=_("It ends within %(days)s days for %(names)s.")
    )
    return found or Finding(True, _("Registered: %(names)s.") % {"names": ", ".join(sorted(last_days))})


@register("followups.vendor_contracts", Severity.WARNING, "The contracts with hired callers are in force")
def vendor_contracts(now: datetime) -> Finding:
    """Find vendor contracts that have ended or end within 30 days. We answer for a vendor even without a contract."""
    last_days = {name: contract for name, (_registered, contract) in configured().vendors.items() if contract}
    if not last_days:
        return Finding(True, _("No contract with a vendor has an end."))
    ended = _("The contract has ended with %(names)s.")
    found = ended_or_ending(
        last_days, now.date(), NOTICE, ended=ended, ending=_("It ends within %(days)s days with %(names)s.")
    )
    return found or Finding(True, _("The next contract ends on %(day)s.") % {"day": shown_day(min(last_days.values()))})


@register("followups.sla_policies", Severity.WARNING, "Every province has SLA policies that are on")
def sla_policies(now: datetime) -> Finding:
    """Find provinces and channels without an SLA policy for market ALL: only their markets with a policy have breaches."""
    wanted = product(Province.values, Channel.values)
    lacking = [one for one in wanted if one not in configured().watched]
    if lacking:
        said = _("No SLA policy is on for %(missing)s. Switch it on, or run seed_policies if there is none.")
        named = [titled(place_name(province, ALL), str(Channel(channel).label).lower()) for province, channel in lacking]
        return Finding(False, said % {"missing": "; ".join(named)}, [" ".join(one) for one in lacking])
    return Finding(True, _("All 13 provinces have SLA policies that are on."))


@register("followups.sla_mail", Severity.WARNING, "Somebody is written to about breaches")
def sla_mail(now: datetime) -> Finding:
    """Find out whether an operator can be told of breaches: an operator has an address, and the server can send e-mail."""
    to = configured().addresses if can_send() else []
    if not to:
        return Finding(False, _("Nobody is written to: give an operator an e-mail address, and set EMAIL_URL."))
    return Finding(
        True,
        ngettext("%(count)s operator is written to.", "%(count)s operators are written to.", len(to)) % {"count": len(to)},
    )


@register("followups.templates", Severity.WARNING, "Every province has both ladder templates, on")
def ladder_templates(now: datetime) -> Finding:
    """Find provinces without a STANDARD or a COLD template for market ALL. Without STANDARD, ladders start only in markets
    with a template of their own. Without COLD, each ladder begins with a message, which lapses without a ground for it."""
    present = {(one.province, one.kind) for one in configured().templates if one.market == ALL and one.enabled}
    wanted = product(Province.values, LadderTemplate.Kind.values)
    lacking = sorted(one for one in wanted if one not in present)
    if lacking:
        said = _("No ladder template is on for %(missing)s. Switch it on, or run seed_policies if there is none.")
        named = [str(LadderTemplate(province=province, kind=kind)) for province, kind in lacking]
        return Finding(False, said % {"missing": "; ".join(named)}, [" ".join(one) for one in lacking])
    return Finding(True, _("All 13 provinces have both ladder templates, the standard and the cold one, on."))


@register("followups.templates_french", Severity.WARNING, "Quebec's ladders say what the law wants at each step")
def french_in_quebec(now: datetime) -> Finding:
    """Find enabled templates of Quebec whose texts lack French, the organisation, or how to withdraw consent.

    Such a template cannot be switched on any more; this finds the ones that were switched on earlier.
    """
    found = [one for one in configured().templates if one.enabled and wanting_in_quebec(one.steps, one.province)]
    wanting = sorted(f"{one.market} {one.kind}" for one in found)
    if wanting:
        lacking = _("Texts without French, the organisation, or how to withdraw consent, in these templates: %(wanting)s.")
        named = sorted(str(LadderTemplate(province=one.province, market=one.market, kind=one.kind)) for one in found)
        return Finding(False, lacking % {"wanting": "; ".join(named)}, wanting)
    return Finding(True, _("Each step of Quebec's ladder templates says in French who writes and how to withdraw consent."))
