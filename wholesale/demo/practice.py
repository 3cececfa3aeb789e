"""The practice market. Its leads may be texted and e-mailed at any hour, so that a newcomer finds work even at night.

The law sets hours for calls, but none for messages, so this market has no calls. The simulated team has stopped before these
ladders start, so the team leaves them alone.
"""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import transaction

from followups.ladders.bulk import Start, start_ladders
from followups.ladders.templates.guide_steps import GUIDE_STEPS
from followups.ladders.templates.models import LadderTemplate
from followups.leads.services import upsert_leads
from followups.pool.services import upsert_agent
from governance.channels import Channel
from governance.gate import points_of
from governance.gate.ledger import Basis, record_consent
from governance.gate.rules import CHANNELS, MIN_SCORE, WINDOWS, MarketPolicy
from governance.policies import upsert
from wholesale.demo.day import SimulatedDay
from wholesale.demo.people import DemoMarket, LeadPlan, lead
from wholesale.plumbing.roles import AGENT
from wholesale.plumbing.vocabulary import Province

MARKET = "PRACTICE"
AGENTS = ("pat", "robin")  # they are users who can log in
LEADS = 24  # a third of them has no owner
_PLACE = DemoMarket(Province.ON, MARKET, 0, ("705",), ("P3A", "P3E"))
_RULES: dict[str, Any] = {
    WINDOWS: [{"days": list(range(7)), "start": "00:00", "end": "23:59"}],
    CHANNELS: [Channel.SMS, Channel.EMAIL],
    MIN_SCORE: 0,
}
_EVERY = 30  # minutes between two steps
_BEFORE_THE_END = timedelta(minutes=10)
_PASSWORD_BYTES = 9  # 12 characters


def put(day: SimulatedDay) -> None:
    """Add the opening of the practice market to the agenda: on the last day, after the team has stopped."""
    if day.number == day.plan.days - 1:
        day.agenda.put(day.end - _BEFORE_THE_END, day.unless_stopped(partial(_open, day)))


def _open(day: SimulatedDay, now: datetime) -> None:
    """Create the market. The ladders that start before the agents join have no owner; the others go to agents in turn."""
    place: dict[str, Any] = {"province": _PLACE.province, "market": MARKET}
    signed = day.act(now, reason="simulation: practice at any hour; nobody here exists")
    upsert(MarketPolicy, **place, enabled=True, rules=_RULES, act=signed, expected_version=0)
    upsert(LadderTemplate, **place, enabled=True, steps=_steps(), act=signed, expected_version=0)
    leads = [_lead(day, number) for number in range(LEADS)]
    refused = upsert_leads([one.row for one in leads], act=day.act(now)).refused_rows
    assert not refused, refused[0].reason
    points = [point for one in leads for point in points_of(phone=one.row["phone"], email=one.row["email"])]
    act = day.act(now)
    record_consent(points=points, basis=Basis.EXPRESS, obtained_at=now, evidence="made up, for practice", act=act)
    starts = [Start(one.lead_id, *place.values()) for one in leads]
    start_ladders(starts[: LEADS // 3], act=day.act(now))
    for name in AGENTS:
        upsert_agent(agent=name, **place, act=signed)
    start_ladders(starts[LEADS // 3 :], act=day.act(now))


def _lead(day: SimulatedDay, number: int) -> LeadPlan:
    """Return the n-th practice lead. Its number follows those of the simulation's leads. It always has an e-mail address."""
    made = lead(day.plan.seed, day.plan.leads + number, at=_PLACE)
    row = {**made.row, "email": f"practice.{number + 1}@example.com", "source": "practice"}
    return replace(made, row=row)


def _steps() -> list[dict[str, Any]]:
    """Return the steps of the practice ladder: each text of the guide, once by text message and once by e-mail."""
    texts = [step for step in GUIDE_STEPS if step["channel"] == Channel.SMS]
    scripts = [{key: step[key] for key in ("script_en", "script_fr")} for step in texts for _ in range(2)]
    channels = (Channel.SMS, Channel.EMAIL) * len(texts)
    return [
        {"delay_minutes": _EVERY * n, "channel": channel.value, **script}
        for n, (channel, script) in enumerate(zip(channels, scripts, strict=True))
    ]


@transaction.atomic
def make_users() -> dict[str, str]:
    """Create users for the practice agents, so that they see the work queue. A user that exists already is not changed.

    Return the passwords of the created users, by user name. Only their hashes are stored.
    """
    passwords = {}
    for name in AGENTS:
        user, is_new = User.objects.get_or_create(username=name, defaults={"is_staff": True})
        if is_new:
            passwords[name] = secrets.token_urlsafe(_PASSWORD_BYTES)
            user.set_password(passwords[name])
            user.save(update_fields=["password"])
            user.groups.add(Group.objects.get(name=AGENT))
    return passwords
