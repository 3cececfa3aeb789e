"""What a market policy would permit, before it is saved: the gate judges by the rules in force and by those meant."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from governance.gate.facts import Contact, PolicyFacts
from governance.gate.governed import governed
from governance.gate.minutes import Asked, asked_about
from governance.gate.reading import read_facts
from governance.gate.situations import subjects_of
from governance.market.rules import parsed
from wholesale.plumbing.vocabulary import ALL

WAITING_MAX = 1_000  # due contacts that are judged, the oldest; each is judged twice


@dataclass(frozen=True, slots=True)
class MeantPolicy:
    """A market policy as somebody means to save it."""

    province: str
    market: str
    enabled: bool
    rules: Mapping[str, Any]  # well formed


class Both(NamedTuple):
    """What the gate says about one contact: by the rules in force, and by those with the meant policy."""

    now: Asked
    then: Asked


def judge_both(meant: MeantPolicy, contacts: Sequence[Contact], now: datetime) -> list[Both]:
    """Judge each contact, in order, by the rules in force and by those with the meant policy. Takes one query. Go-live and
    the kill switch are ignored."""
    if not contacts:
        return []
    facts = read_facts(subjects_of(contacts), standing_counts=False)
    policy = PolicyFacts(meant.market, 0, meant.enabled, parsed(dict(meant.rules)))
    rules = governed.at(facts.mark).with_policy(meant.province, policy)
    in_force = asked_about(contacts, now=now, facts=facts)
    return [Both(*pair) for pair in zip(in_force, asked_about(contacts, now=now, facts=facts, rules=rules), strict=True)]


class WhereDue(NamedTuple):
    """Contacts that are due in a place, the oldest first."""

    province: str
    market: str | None  # None: every market of the province
    but: Collection[str]  # markets that are left out
    now: datetime
    at_most: int


Loader = Callable[[WhereDue], Sequence[Contact]]
_loaders: list[Loader] = []


def register_waiting(loader: Loader) -> None:
    """Set the function that loads the contacts that are due in a place. A later call replaces the function."""
    _loaders[:] = [loader]


class ChannelEffect(NamedTuple):
    """What saving the meant policy does to the due contacts of one channel. Numbers of contacts."""

    channel: str
    stay_open: int  # permitted now and then
    opened: int  # refused now and permitted then
    closed: int  # permitted now and refused then
    stay_closed: int


class Effects(NamedTuple):
    """The effects by channel, for the channels by which a contact is due."""

    by_channel: list[ChannelEffect]
    judged: int  # contacts
    is_all: bool  # False: more are due, and only the oldest were judged


def effects_of(meant: MeantPolicy, now: datetime) -> Effects:
    """Say what saving the meant policy does to the contacts that are due where it is effective. Takes three queries."""
    contacts = [contact for loader in _loaders for contact in loader(_where(meant, now))]
    is_all = len(contacts) <= WAITING_MAX
    counts: dict[str, list[int]] = {}
    for contact, both in zip(contacts, judge_both(meant, contacts[:WAITING_MAX], now), strict=False):
        of_channel = counts.setdefault(contact.channel, [0, 0, 0, 0])
        was, will = both.now.minutes(now).is_open(now), both.then.minutes(now).is_open(now)
        of_channel[(0 if was else 1) if will else (2 if was else 3)] += 1
    found = [ChannelEffect(channel, *numbers) for channel, numbers in sorted(counts.items())]
    return Effects(found, min(len(contacts), WAITING_MAX), is_all)


def _where(meant: MeantPolicy, now: datetime) -> WhereDue:
    """Where the meant policy is effective: in its market, or in its province but for markets with a policy of their own."""
    if meant.market != ALL:
        return WhereDue(meant.province, meant.market, (), now, WAITING_MAX + 1)
    facts = read_facts((), standing_counts=False)
    own = [market for province, market in governed.at(facts.mark).policies if province == meant.province and market != ALL]
    return WhereDue(meant.province, None, own, now, WAITING_MAX + 1)
