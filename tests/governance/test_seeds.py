"""The data migrations: run again they change nothing, and an edited row is never overwritten."""

from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from governance.golive.models import GoLiveState
from governance.golive.services import engage_kill_switch
from governance.market.models import MarketPolicy
from governance.market.rules import SAFE_RULES
from governance.market.services import upsert_policy
from offers.models import OfferPolicy
from offers.services import upsert_policy as upsert_offer_policy
from wholesale.vocabulary import Province

SEEDS = [import_module("governance.migrations.0002_seed"), import_module("offers.migrations.0002_seed")]
TABLES: list[Any] = [
    MarketPolicy,
    MarketPolicy.history.model,
    OfferPolicy,
    OfferPolicy.history.model,
    GoLiveState,
    GoLiveState.history.model,
]


def run(migration: ModuleType) -> None:
    """Run the seed as migrate does, with the models as the migrations describe them."""
    migration.seed(MigrationLoader(connection).project_state().apps, None)


def everything() -> list[list[dict[str, Any]]]:
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


@pytest.mark.parametrize("migration", SEEDS)
def test_they_know_all_provinces(migration: ModuleType) -> None:
    assert sorted(migration.PROVINCES) == sorted(Province.values)


def test_they_seed_what_the_services_call_safe() -> None:
    assert SEEDS[0].RULES == SAFE_RULES


@pytest.mark.parametrize("migration", SEEDS)
def test_again_changes_nothing(db: None, migration: Any) -> None:
    before = everything()
    run(migration)
    assert everything() == before


@pytest.mark.parametrize("migration", SEEDS)
def test_an_edited_row_stays(db: None, migration: Any) -> None:
    rules = {**SAFE_RULES, "contact_windows_local": []}
    upsert_policy(province="ON", enabled=False, rules=rules, changed_by="bryan", reason="closed")
    upsert_offer_policy(province="ON", enabled=True, changed_by="bryan", reason="open")
    engage_kill_switch(changed_by="bryan", reason="stop")
    before = everything()
    run(migration)
    assert everything() == before


@pytest.mark.parametrize("migration", SEEDS)
def test_what_is_missing_is_made_with_its_history(db: None, migration: Any) -> None:
    for table in TABLES:
        table.objects.all().delete()
    run(migration)
    model: Any = OfferPolicy if "offers" in migration.__name__ else MarketPolicy
    made = model.objects.get(province="ON")
    assert (made.market, made.version, made.enabled) == ("ALL", 1, model is MarketPolicy)
    assert [row.history_type for row in made.history.all()] == ["+"]
    assert GoLiveState.objects.exists() is (model is MarketPolicy)
