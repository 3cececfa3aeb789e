"""The seeds of the migrations: a second run changes nothing, and an edited row is never overwritten."""

from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from followups.models import InboundWord, LadderTemplate, OutcomeRule, SlaPolicy
from governance.clocks.models import MarketZone
from governance.clocks.zones import MARKET_SEEDS
from governance.market.rules import SAFE_RULES
from governance.models import GoLiveState, HeimdallPolicy, MarketPolicy, Organisation, RiskPolicy
from kpi.tripwire.models import RegressionPolicy
from offers.models import OfferPolicy
from tests.protection import unprotected
from wholesale.plumbing.append_only import AppendOnlyModel
from wholesale.plumbing.vocabulary import Province

# Model -> the number of seeded rows, and one of them.
SEEDED: dict[Any, tuple[int, dict[str, str]]] = {
    GoLiveState: (1, {"pk": "1"}),
    Organisation: (1, {"pk": "1"}),
    MarketPolicy: (13, {"province": "ON"}),
    MarketZone: (66, {"market": "KENORA"}),
    RiskPolicy: (4, {"engine": "WHOLESALE"}),
    HeimdallPolicy: (4, {"domain": "BUYER_MATCH"}),
    LadderTemplate: (26, {"province": "ON", "kind": "COLD"}),
    OutcomeRule: (8, {"outcome": "REPLIED"}),
    SlaPolicy: (39, {"province": "ON", "channel": "SMS"}),
    InboundWord: (986, {"phrase": "stop"}),
    OfferPolicy: (13, {"province": "ON"}),
    RegressionPolicy: (8, {"metric": "contract_rate"}),
}


def run(model: Any) -> None:
    """Run the seeds of the model's app as migrate does, with the models of the migrations."""
    seeds = import_module(f"{model._meta.app_label}.migrations.0003_seeds")
    seeds.seed(MigrationLoader(connection).project_state().apps, None)


def empty(model: Any) -> None:
    """Delete all rows, history included."""
    if issubclass(model, AppendOnlyModel):
        with unprotected(model._meta.db_table):
            model._default_manager.all().delete()
    else:
        model._default_manager.all().delete()


def everything() -> list[list[dict[str, Any]]]:
    tables = [table for model in SEEDED for table in (model, model.history.model)]
    return [list(table._default_manager.order_by("pk").values()) for table in tables]


@pytest.mark.parametrize("model", SEEDED)
def test_each_row_is_seeded_with_its_history(db: None, model: Any) -> None:
    count, key = SEEDED[model]
    assert (model.objects.count(), model.history.count()) == (count, count)
    made = model.objects.get(**key)
    (entry,) = made.history.all()
    assert (made.changed_by, entry.changed_by, entry.history_type) == ("seed", "seed", "+")
    assert entry.reason == made.reason == entry.history_change_reason
    if model is Organisation:
        return  # the organisation of the tests is lenient: see conftest
    shared = {field.attname for field in model._meta.concrete_fields} - {"created_at"}
    assert {name: getattr(entry, name) for name in shared} == {name: getattr(made, name) for name in shared}


@pytest.mark.parametrize("model", SEEDED)
def test_seeding_again_changes_no_row_and_no_edit(db: None, model: Any) -> None:
    _, key = SEEDED[model]
    model.objects.filter(**key).update(changed_by="bryan", reason="by hand")
    before = everything()
    run(model)
    assert everything() == before


@pytest.mark.parametrize("model", SEEDED)
def test_a_missing_row_is_created_with_its_history(db: None, model: Any) -> None:
    count, key = SEEDED[model]
    model.objects.all().delete()
    empty(model.history.model)
    run(model)
    assert (model.objects.count(), model.history.count()) == (count, count)
    assert [row.history_type for row in model.objects.get(**key).history.all()] == ["+"]


def test_all_provinces_are_seeded_with_the_safe_values_of_the_services(db: None) -> None:
    for model in (MarketPolicy, OfferPolicy):
        assert sorted(model.objects.values_list("province", flat=True)) == sorted(Province.values)
    assert all(
        (row.market, row.version, row.enabled, row.rules) == ("ALL", 1, True, SAFE_RULES)
        for row in MarketPolicy.objects.all()
    )
    assert not OfferPolicy.objects.filter(enabled=True).exists()
    assert GoLiveState.objects.get().go_live_enabled is False


def test_the_main_markets_are_seeded_with_their_zones(db: None) -> None:
    seeded = {(row.province, row.market): row.zone for row in MarketZone.objects.all()}
    assert seeded == MARKET_SEEDS
    assert seeded["BC", "CRANBROOK"] == "America/Edmonton"
