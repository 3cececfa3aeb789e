"""The data migrations: run again they change nothing, and an edited row is never overwritten."""

from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from governance.clocks.models import MarketZone
from governance.clocks.zones import MARKET_SEEDS
from governance.golive.models import GoLiveState
from governance.golive.services import engage_kill_switch
from governance.market.models import MarketPolicy
from governance.market.rules import SAFE_RULES
from governance.market.services import upsert_policy
from governance.models import HeimdallPolicy, RiskPolicy
from kpi.tripwire.models import RegressionPolicy
from offers.models import OfferPolicy
from offers.services import upsert_policy as upsert_offer_policy
from wholesale.plumbing import append_only
from wholesale.plumbing.vocabulary import Province

BY_PROVINCE = [import_module("governance.migrations.0002_seed"), import_module("offers.migrations.0002_seed")]
TABLES: list[Any] = [
    MarketPolicy,
    MarketPolicy.history.model,
    OfferPolicy,
    OfferPolicy.history.model,
    GoLiveState,
    GoLiveState.history.model,
]
# Migration -> the policies that it makes, and one of them.
CONTROL: list[tuple[ModuleType, Any, dict[str, str]]] = [
    (import_module("governance.migrations.0004_seed_control_plane"), RiskPolicy, {"engine": "WHOLESALE"}),
    (import_module("governance.migrations.0004_seed_control_plane"), HeimdallPolicy, {"domain": "BUYER_MATCH"}),
    (import_module("kpi.migrations.0004_seed_tripwire"), RegressionPolicy, {"metric": "contract_rate"}),
]


def run(migration: ModuleType) -> None:
    """Run the seed as migrate does, with the models as the migrations describe them."""
    migration.seed(MigrationLoader(connection).project_state().apps, None)


def empty(model: Any) -> None:
    """Delete all rows, also those of a history."""
    if issubclass(model, append_only.AppendOnlyModel):
        with append_only.lifted(connection, model._meta.db_table):
            model._default_manager.all().delete()
    else:
        model._default_manager.all().delete()


def everything() -> list[list[dict[str, Any]]]:
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


@pytest.mark.parametrize("migration", BY_PROVINCE)
def test_they_know_all_provinces(migration: ModuleType) -> None:
    assert sorted(migration.PROVINCES) == sorted(Province.values)


def test_they_seed_what_the_services_call_safe() -> None:
    assert BY_PROVINCE[0].RULES == SAFE_RULES


@pytest.mark.parametrize("migration", BY_PROVINCE)
def test_again_changes_nothing(db: None, migration: Any) -> None:
    before = everything()
    run(migration)
    assert everything() == before


@pytest.mark.parametrize("migration", BY_PROVINCE)
def test_an_edited_row_stays(db: None, migration: Any) -> None:
    rules = {**SAFE_RULES, "contact_windows_local": []}
    upsert_policy(province="ON", enabled=False, rules=rules, changed_by="bryan", reason="closed")
    upsert_offer_policy(province="ON", enabled=True, changed_by="bryan", reason="open")
    engage_kill_switch(changed_by="bryan", reason="stop")
    before = everything()
    run(migration)
    assert everything() == before


@pytest.mark.parametrize("migration", BY_PROVINCE)
def test_what_is_missing_is_made_with_its_history(db: None, migration: Any) -> None:
    for table in TABLES:
        empty(table)
    run(migration)
    model: Any = OfferPolicy if "offers" in migration.__name__ else MarketPolicy
    made = model.objects.get(province="ON")
    assert (made.market, made.version, made.enabled) == ("ALL", 1, model is MarketPolicy)
    assert [row.history_type for row in made.history.all()] == ["+"]
    assert GoLiveState.objects.exists() is (model is MarketPolicy)


@pytest.mark.parametrize(("migration", "model", "key"), CONTROL)
def test_the_control_planes_seeds_change_nothing_again_nor_what_was_edited(
    db: None, migration: Any, model: Any, key: Any
) -> None:
    model.objects.filter(**key).update(version=7, changed_by="bryan")
    before = list(model.objects.order_by("pk").values()), list(model.history.order_by("pk").values())
    run(migration)
    assert (list(model.objects.order_by("pk").values()), list(model.history.order_by("pk").values())) == before


@pytest.mark.parametrize(("migration", "model", "key"), CONTROL)
def test_the_control_planes_seeds_make_what_is_missing_with_its_history(
    db: None, migration: Any, model: Any, key: Any
) -> None:
    count = model.objects.count()
    model.objects.all().delete()
    empty(model.history.model)
    run(migration)
    assert (model.objects.count(), model.history.count()) == (count, count)
    made = model.objects.get(**key)
    assert (made.version, made.changed_by, [row.history_type for row in made.history.all()]) == (1, "seed", ["+"])


RULES_OF_CANADA = import_module("governance.migrations.0007_seed_rules_of_canada")


def test_the_main_markets_are_seeded_with_their_zones_and_history(db: None) -> None:
    seeded = {(row.province, row.market): row.zone for row in MarketZone.objects.all()}
    assert len(seeded) == 66
    assert seeded == MARKET_SEEDS
    assert seeded["BC", "CRANBROOK"] == "America/Edmonton"
    assert all(row.changed_by == "seed" and row.history.get().zone == row.zone for row in MarketZone.objects.all())


def test_the_zones_seeds_change_nothing_again_nor_what_was_edited(db: None) -> None:
    MarketZone.objects.filter(market="KENORA").update(zone="America/Toronto", changed_by="bryan")
    before = list(MarketZone.objects.order_by("pk").values()), list(MarketZone.history.order_by("pk").values())
    run(RULES_OF_CANADA)
    assert (list(MarketZone.objects.order_by("pk").values()), list(MarketZone.history.order_by("pk").values())) == before


def test_the_zones_seeds_make_what_is_missing_with_its_history(db: None) -> None:
    MarketZone.objects.all().delete()
    empty(MarketZone.history.model)
    run(RULES_OF_CANADA)
    assert (MarketZone.objects.count(), MarketZone.history.count()) == (66, 66)
    made = MarketZone.objects.get(market="KENORA")
    assert (made.zone, made.history.get().history_type, made.history.get().reason) == (
        "America/Winnipeg",
        "+",
        "safe default",
    )
