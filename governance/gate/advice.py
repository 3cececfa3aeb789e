"""May the AI decide: Heimdall's acts behind the kill switch."""

from typing import Any

from django.db import transaction

from governance.decisions import Decision, ExecutionClass, verb
from governance.gate.standing import require
from governance.heimdall import services as heimdall
from governance.heimdall.errors import NotProdEligible
from governance.heimdall.models import HeimdallRecommendation, HeimdallScorecard
from wholesale.plumbing.act import Act


@verb(ExecutionClass.SANDBOX)
@transaction.atomic
def heimdall_trial(*, act: Act, **trial: Any) -> HeimdallScorecard:
    """Count a sandbox trial (`governance.heimdall.services.record_trial` says how).

    Raises:
        KillSwitchEngaged: nothing may act now.

    """
    require(ExecutionClass.SANDBOX)
    return heimdall.record_trial(**trial, act=act)


@verb(ExecutionClass.SANDBOX)
@transaction.atomic
def heimdall_recommend(*, act: Act, **advice: Any) -> HeimdallRecommendation:
    """Keep an AI's advice (`governance.heimdall.services.recommend` says how).

    Raises:
        KillSwitchEngaged: nothing may act now.

    """
    require(ExecutionClass.SANDBOX)
    return heimdall.recommend(**advice, act=act)


@verb(ExecutionClass.EXECUTE)
@transaction.atomic
def heimdall_use(recommendation_id: int, *, act: Act) -> Decision:
    """May production use this advice now? Judged anew, and the answer kept as an event.

    Raises:
        RecommendationNotFound: no such recommendation.
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.

    """
    require(ExecutionClass.EXECUTE)
    return heimdall.judge_use(recommendation_id, act)


def heimdall_require_prod_eligible(recommendation_id: int, *, act: Act) -> None:
    """Let production use this advice, or refuse.

    Raises:
        NotProdEligible: the gate refuses; its code is in the message. Also: see `heimdall_use`.

    """
    decision = heimdall_use(recommendation_id, act=act)
    if not decision.allowed:
        raise NotProdEligible(f"{decision.code}: {decision.detail}")
