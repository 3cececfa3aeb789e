"""The agents of the pools."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.policies import Governed
from wholesale.plumbing.vocabulary import ALL, LABEL_MAX_LENGTH, WORD_MAX_LENGTH, Province

WEIGHT_MAX = 100


class PoolAgent(Governed):
    """An agent in the pool of a market. The pool of the market ALL is the pool of the whole province."""

    province = models.CharField(max_length=2, choices=Province)
    market = models.CharField(max_length=WORD_MAX_LENGTH, default=ALL)
    agent = models.CharField(max_length=LABEL_MAX_LENGTH, help_text=_("the owner of the ladders: a user name"))
    weight = models.PositiveSmallIntegerField(
        default=1, help_text=_("of two agents, one of weight 2 gets twice as many ladders")
    )
    paused_until = models.DateTimeField(null=True, blank=True, help_text=_("they get no ladder before then"))
    # Used by the smooth weighted round robin (`rules.turn`): raised by the weight at each turn, lowered when chosen.
    credit = models.IntegerField(default=0, editable=False)

    class Meta:
        ordering = ["province", "market", "agent"]
        default_permissions = ("view", "add", "change", "delete")
        constraints = [
            # Also serves the search for a market's pool.
            models.UniqueConstraint(fields=["province", "market", "agent"], name="poolagent_once"),
            models.CheckConstraint(condition=Q(weight__range=(1, WEIGHT_MAX)), name="poolagent_weight"),
            models.CheckConstraint(condition=Q(province__in=Province.values), name="poolagent_province"),
        ]
        verbose_name = _("agent in the pool")
        verbose_name_plural = _("agents in the pool")

    def __str__(self) -> str:
        return self.agent
