"""What the runbook's checks of follow-up stand on, read at once."""

import json
from datetime import date
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, TextField, Value
from django.db.models.functions import Cast

from followups.models import LadderTemplate, PoolAgent, SlaPolicy, Vendor
from followups.pool.services import IS_INACTIVE
from followups.sla.mail import operators
from governance.runbook.registry import read_once
from wholesale.plumbing.vocabulary import ALL


class Template(NamedTuple):
    """A ladder template, as far as the checks look at it."""

    province: str
    market: str
    kind: str
    enabled: bool
    steps: list[dict[str, Any]]


class Configured(NamedTuple):
    """Ladder templates, SLA policies, who is written to, who in the pools is no active user, and vendors."""

    templates: list[Template]
    watched: set[tuple[str, str]]  # province and channel with an SLA policy that is on, as market ALL
    addresses: list[str]  # of the operators
    unknown_agents: list[str]  # names in the pools that are no user's
    inactive_agents: list[str]  # of users who may not sign in
    vendors: dict[str, tuple[date, date | None]]  # the last days of each one's registration and contract


@read_once
def configured() -> Configured:
    """All of it, in one query: the runbook is to answer within few."""
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
    rows = list(templates.union(*parts, all=True))
    return Configured(
        [
            Template(place, market, kind, on, json.loads(steps))
            for what, place, market, on, steps, kind in rows
            if what == "template"
        ],
        {(place, channel) for what, place, _, on, channel, _ in rows if what == "sla" and on},
        sorted({address for what, address, *_ in rows if what == "operator"}),
        sorted({agent for what, agent, _, is_user, *_ in rows if what == "agent" and not is_user}),
        sorted({agent for what, agent, _, is_user, *_ in rows if what == "agent" and is_user}),
        {
            name: (date.fromisoformat(registered), date.fromisoformat(contract) if contract else None)
            for what, name, contract, _, registered, _ in rows
            if what == "vendor"
        },
    )
