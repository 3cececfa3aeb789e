"""Many count trials at once: none is lost."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from governance import gate
from governance.heimdall.models import HeimdallEvent, HeimdallScorecard
from tests.races.conftest import CLIENTS
from wholesale.plumbing.act import Act

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

EACH = 20
DOMAINS = ("BUYER_MATCH", "CAPITAL_ROUTE")


def test_no_trial_is_lost(run_together: Callable[..., list[Any]]) -> None:
    def act(number: int) -> None:
        for n in range(EACH):
            for domain in DOMAINS if number % 2 else DOMAINS[::-1]:
                gate.heimdall_trial(domain=domain, confidence=Decimal("0.9"), success=n % 4 > 0, act=Act(f"t{number}"))

    assert run_together(CLIENTS, act) == [None] * CLIENTS
    for domain in DOMAINS:
        card = HeimdallScorecard.objects.get(domain=domain)
        assert (card.trials, card.successes) == (CLIENTS * EACH, CLIENTS * EACH * 3 // 4)
        assert HeimdallEvent.objects.filter(domain=domain, success=True).count() == card.successes
        assert HeimdallEvent.objects.filter(domain=domain).count() == card.trials
