"""The rows that govern contact: policies, zones, closed days, the organisation and subscriptions for area codes.

They are read once, and kept in the process until one of them changes (`wholesale.plumbing.mark`).
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from governance.area_codes.models import AreaCodeSubscription
from governance.clocks.models import MarketZone
from governance.closed_days.models import ClosedDay
from governance.gate.facts import PolicyFacts
from governance.ledger.points import digest_key_mark
from governance.market import rules as market_rules
from governance.market.models import MarketPolicy
from governance.organisation.models import Organisation
from governance.organisation.rules import OrganisationFacts, Sender
from wholesale.plumbing.compiled import Select
from wholesale.plumbing.mark import Kept
from wholesale.plumbing.vocabulary import ALL

_ORGANISATION = Select(
    lambda: Organisation.objects.filter(pk=1).values_list(
        *("digest_key_mark", "consent", "scrub", "identity", "registration_number", "registration_expires_on"),
        *Sender._fields,
    )
)
_POLICIES = Select(lambda: MarketPolicy.objects.order_by().values_list("province", "market", "version", "enabled", "rules"))
_ZONES = Select(lambda: MarketZone.objects.order_by().values_list("province", "market", "zone"))
_CLOSED_DAYS = Select(lambda: ClosedDay.objects.order_by().values_list("province", "day"))
_SUBSCRIPTIONS = Select(lambda: AreaCodeSubscription.objects.order_by().values_list("area_code", "expires_on"))


@dataclass(frozen=True, slots=True)
class InForce:
    """What the rows that govern contact say."""

    key_mark: str  # of the digest key by which the ledger knows its points; empty until there is a point
    organisation_facts: OrganisationFacts | None  # None without its row
    policies: Mapping[tuple[str, str], PolicyFacts]  # by province and market
    zones: Mapping[tuple[str, str], str]  # by province and market, of the markets that have a zone
    closed: Mapping[str, frozenset[date]]  # by province, those of every province included
    closed_everywhere: frozenset[date]
    subscribed_until: Mapping[str, date]  # the last day of each subscription, by area code

    @property
    def organisation(self) -> OrganisationFacts:
        """The facts about the organisation. Without its row, or under another digest key, the ledger cannot be read."""
        facts = self.organisation_facts
        if facts is None:
            return OrganisationFacts(is_ledger_readable=False)
        return facts if self.key_mark in ("", digest_key_mark()) else replace(facts, is_ledger_readable=False)

    def policy_of(self, province: str, market: str) -> PolicyFacts | None:
        """The effective policy of a market: its own, else the province's. None if there is none."""
        return self.policies.get((province, market)) or self.policies.get((province, ALL))

    def with_policy(self, province: str, policy: PolicyFacts) -> "InForce":
        """The same rules, with this policy for its own market of the province."""
        return replace(self, policies={**self.policies, (province, policy.matched_market): policy})

    def closed_days(self, province: str) -> frozenset[date]:
        """The operator's closed days that hold in a province."""
        return self.closed.get(province, self.closed_everywhere)


def _facts(row: tuple[Any, ...]) -> OrganisationFacts:
    consent, scrub, identity, number, expires_on, *sender = row
    return OrganisationFacts(consent, scrub, identity, number, expires_on, sender=Sender(*sender))


def _read() -> InForce:
    organisation = _ORGANISATION.first()
    closed: dict[str, set[date]] = defaultdict(set)
    for province, day in _CLOSED_DAYS.rows():
        closed[province].add(day)
    everywhere = frozenset(closed.pop("", ()))
    return InForce(
        organisation_facts=_facts(organisation[1:]) if organisation else None,
        key_mark=organisation[0] if organisation else "",
        policies={
            (province, market): PolicyFacts(market, version, enabled, market_rules.parsed(rules))
            for province, market, version, enabled, rules in _POLICIES.rows()
        },
        zones={(province, market): zone for province, market, zone in _ZONES.rows()},
        closed={province: everywhere | days for province, days in closed.items()},
        closed_everywhere=everywhere,
        subscribed_until=dict(_SUBSCRIPTIONS.rows()),
    )


governed = Kept(_read)
