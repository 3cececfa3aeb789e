"""The verbs about an AI's advice (Heimdall): trying, storing and using it. The kill switch stops all of these verbs."""

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
    """Count one trial of an AI's advice in the sandbox. Takes the keywords of `governance.heimdall.services.record_trial`.

    Raises:
        KillSwitchEngaged: nothing may act now.

    """
    require(ExecutionClass.SANDBOX)
    return heimdall.record_trial(**trial, act=act)


@verb(ExecutionClass.SANDBOX)
@transaction.atomic
def heimdall_recommend(*, act: Act, **advice: Any) -> HeimdallRecommendation:
    """Store an AI's advice as a recommendation. Takes the keywords of `governance.heimdall.services.recommend`.

    Raises:
        KillSwitchEngaged: nothing may act now.

    """
    require(ExecutionClass.SANDBOX)
    return heimdall.recommend(**advice, act=act)


@verb(ExecutionClass.EXECUTE)
@transaction.atomic
def heimdall_use(recommendation_id: int, *, act: Act) -> Decision:
    """Decide anew whether production may use a stored recommendation now, and store the decision as an event.

    Raises:
        RecommendationNotFound: no such recommendation.
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.

    """
    require(ExecutionClass.EXECUTE)
    return heimdall.judge_use(recommendation_id, act)


def heimdall_require_prod_eligible(recommendation_id: int, *, act: Act) -> None:
    """Raise an error unless production may use this stored recommendation now.

    Raises:
        NotProdEligible: production may not use it. The error's message contains the code of the refusal.
        RecommendationNotFound, KillSwitchEngaged, GoLiveDisabled: as in `heimdall_use`.

    """
    decision = heimdall_use(recommendation_id, act=act)
    if not decision.allowed:
        raise NotProdEligible(f"{decision.code}: {decision.detail}")
