"""The table of market policies."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from governance.market.rules import SAFE_RULES, normalised
from governance.policies import PlacePolicy, each_province
from governance.signals import rules_changed
from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Subject
from wholesale.plumbing.setting_fields import Document
from wholesale.plumbing.vocabulary import ALL


class MarketPolicy(PlacePolicy):
    """A market policy: when, by which channel and from which score leads may be contacted (customer's guide, pack G)."""

    rules = Document(help_text=_("contact_windows_local, channels_allowed, min_lead_score_to_contact"))

    class Meta(PlacePolicy.Meta):
        verbose_name = _("market policy")
        verbose_name_plural = _("market policies")
        permissions = [("ask_contact_gate", "Can ask whether a lead may be contacted")]

    @classmethod
    def seeded(cls) -> list[dict[str, Any]]:
        """The seeds: an enabled policy for each province, with the safe defaults of the customer's guide as rules."""
        return each_province(enabled=True, rules=SAFE_RULES)

    def prepared(self, changes: Mapping[str, Any], act: Act) -> Mapping[str, Any]:
        """Return the changes, with the rules in the form in which they are stored.

        Raises:
            InvalidRules: the rules are not well formed.

        """
        return {**changes, "rules": normalised(changes["rules"])} if "rules" in changes else changes

    def follow(self, act: Act) -> None:
        market = None if self.market == ALL else self.market
        rules_changed(MarketPolicy, Subject("market_policy", province=self.province, market=market), act=act)
