"""Many operators change one policy at once: one row, no error, and a version and a line of history for each change."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from followups.ladders.templates.cold_steps import COLD_STEPS
from followups.ladders.templates.guide_steps import GUIDE_STEPS
from followups.models import LadderTemplate
from governance.market.models import MarketPolicy
from governance.market.rules import SAFE_RULES
from offers.models import OfferPolicy
from tests.conftest import codes
from tests.races.conftest import CLIENTS

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

MARKET_UPSERT = "/api/governance/market/policies/upsert"
OFFER_UPSERT = "/api/deals/offers/policies/upsert"
TEMPLATE_UPSERT = "/api/followups/templates/upsert"


@pytest.mark.parametrize(
    ("path", "model", "key", "settings"),
    [
        (MARKET_UPSERT, MarketPolicy, {}, {"rules": SAFE_RULES}),
        (OFFER_UPSERT, OfferPolicy, {}, {}),
        (TEMPLATE_UPSERT, LadderTemplate, {"kind": "STANDARD"}, {"steps": GUIDE_STEPS}),
        (TEMPLATE_UPSERT, LadderTemplate, {"kind": "COLD"}, {"steps": COLD_STEPS}),
    ],
)
@pytest.mark.parametrize(("market", "version_before"), [("ALL", 1), ("TORONTO", 0)], ids=["seeded", "new"])
def test_concurrent_upserts_of_one_policy_leave_one_row(
    operators: list[APIClient],
    run_together: Callable[..., list[Any]],
    path: str,
    model: Any,
    key: dict[str, str],
    settings: dict[str, Any],
    market: str,
    version_before: int,
) -> None:
    place = {"province": "ON", "market": market, **key}

    def upsert(number: int) -> Any:
        return operators[number].post(path, {**place, **settings, "enabled": number % 2 == 0, "changed_by": f"op{number}"})

    answers = run_together(CLIENTS, upsert)
    assert [answer.status_code for answer in answers] == [200] * CLIENTS
    versions = range(version_before + 1, version_before + CLIENTS + 1)
    assert sorted(answer.json()["version"] for answer in answers) == list(versions)

    policy = model.objects.get(**place)
    last = max(answers, key=lambda answer: answer.json()["version"]).json()
    assert (policy.version, policy.enabled, policy.changed_by) == (versions[-1], last["enabled"], last["changed_by"])
    assert policy.history.filter(version__in=versions).count() == CLIENTS
    assert policy.history.count() == policy.version


def test_only_the_first_of_several_changes_of_one_version_is_accepted(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    changes = {"province": "ON", "enabled": True, "expected_version": 1}
    answers = run_together(CLIENTS, lambda number: operators[number].post(OFFER_UPSERT, changes))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * (CLIENTS - 1)
    assert {code for answer in answers if answer.status_code == 409 for code in codes(answer)} == {"version_conflict"}
    assert OfferPolicy.objects.get(province="ON", market="ALL").version == 2
