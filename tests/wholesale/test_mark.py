"""Each change of a row that governs, by whatever way, gives the mark a value that it never had."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.core.checks import Tags, run_checks
from django.core.management import call_command
from django.db import connection, transaction
from rest_framework.test import APIClient

from followups.leads.inbound.models import InboundWord
from followups.models import LadderTemplate, OutcomeRule, SlaPolicy, Vendor, VendorAgent
from followups.pool.models import PoolAgent
from governance.ledger.points import contact_points
from governance.market.models import MarketPolicy
from governance.models import (
    AreaCodeSubscription,
    ClosedDay,
    GoLiveState,
    HeimdallPolicy,
    LegalDuty,
    MarketZone,
    Organisation,
    RiskPolicy,
)
from governance.organisation.rules import NOT_ON_FILE
from governance.organisation.services import sender
from governance.policies import Governed
from kpi.tripwire.models import RegressionPolicy
from offers.models import OfferPolicy, ProvinceRule, TransferTax
from tests.factories import (
    AreaCodeFactory,
    CharterFactory,
    ClosedDayFactory,
    InboundWordFactory,
    LadderTemplateFactory,
    LegalDutyFactory,
    MarketPolicyFactory,
    MarketZoneFactory,
    OfferPolicyFactory,
    ProvinceRuleFactory,
    RegressionPolicyFactory,
    RiskPolicyFactory,
    SlaPolicyFactory,
    TransferTaxFactory,
    VendorAgentFactory,
    VendorFactory,
)
from tests.wholesale.api_walk import ENDPOINTS, OPERATOR, ROLES, Endpoint
from wholesale.plumbing import mark
from wholesale.plumbing.act import Act
from wholesale.plumbing.mark import TRIGGERS, Kept, Mark
from wholesale.plumbing.triggers import missing

ROWS: dict[Any, Callable[[], Any]] = {
    AreaCodeSubscription: AreaCodeFactory.create,
    ClosedDay: ClosedDayFactory.create,
    HeimdallPolicy: CharterFactory.create,
    InboundWord: InboundWordFactory.create,
    LadderTemplate: LadderTemplateFactory.create,
    LegalDuty: LegalDutyFactory.create,
    MarketPolicy: MarketPolicyFactory.create,
    MarketZone: MarketZoneFactory.create,
    OfferPolicy: OfferPolicyFactory.create,
    Organisation: Organisation.objects.get,
    OutcomeRule: OutcomeRule.objects.first,
    ProvinceRule: ProvinceRuleFactory.create,
    RegressionPolicy: RegressionPolicyFactory.create,
    RiskPolicy: RiskPolicyFactory.create,
    SlaPolicy: SlaPolicyFactory.create,
    TransferTax: TransferTaxFactory.create,
    Vendor: VendorFactory.create,
    VendorAgent: VendorAgentFactory.create,
}
# The kill switch waits for nobody, and every start of a ladder changes the credits of the pool.
NOT_KEPT = {GoLiveState, PoolAgent}
each_model = pytest.mark.parametrize(("model", "make"), ROWS.items(), ids=[model.__name__ for model in ROWS])


class Changes:
    """The values that the mark has had."""

    def __init__(self) -> None:
        self.seen = [mark.current()]

    def after(self, change: Callable[[], Any]) -> bool:
        """Whether the mark has a value after this change that it never had before."""
        change()
        value = mark.current()
        is_new = value is not None and value not in self.seen
        self.seen.append(value)
        return is_new


def execute(statement: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def table_of(model: Any) -> str:
    return str(model._meta.db_table)


def test_every_row_that_is_changed_for_a_reason_governs_but_for_two() -> None:
    assert set(TRIGGERS.models()) == set(ROWS)
    assert {model for model in apps.get_models() if issubclass(model, Governed)} - set(ROWS) == NOT_KEPT


@each_model
def test_each_way_of_change_gives_a_new_mark(db: None, model: Any, make: Any) -> None:
    row = make()
    changes = Changes()
    rows = model.objects.filter(pk=row.pk)
    assert changes.after(row.save)
    assert changes.after(lambda: rows.update(reason="another"))
    assert changes.after(lambda: model.objects.bulk_update([row], ["reason"]))
    assert changes.after(lambda: execute(f"UPDATE {table_of(model)} SET reason = 'x' WHERE id = %s", row.pk))
    assert changes.after(lambda: execute(f"DELETE FROM {table_of(model)} WHERE id = %s", row.pk))
    assert changes.after(lambda: model.objects.bulk_create([row]))
    assert changes.after(rows.delete)
    assert changes.after(lambda: model.objects.bulk_create([row], ignore_conflicts=True))


@pytest.mark.postgres
@each_model
def test_truncate_gives_a_new_mark(db: None, model: Any, make: Any) -> None:
    assert Changes().after(lambda: execute(f"TRUNCATE {table_of(model)} CASCADE"))


def test_a_value_that_was_rolled_back_never_comes_again(db: None) -> None:
    policies = MarketPolicy.objects.filter(province="ON")
    changes = Changes()
    (before,) = changes.seen
    for _ in range(20):
        with transaction.atomic():
            assert changes.after(lambda: policies.update(reason="tried"))
            transaction.set_rollback(True)
        assert mark.current() == before
    assert changes.after(lambda: policies.update(reason="meant"))


def test_a_lost_row_of_the_mark_comes_back_with_the_next_change(db: None) -> None:
    before = mark.current()
    Mark.objects.all().delete()
    assert mark.current() is None
    MarketPolicy.objects.filter(province="ON").update(reason="x")
    assert mark.current() not in (None, before)


# The triggers --------------------------------------------------------------------------------------------------------------


def test_no_trigger_is_missing_after_migrate(db: None) -> None:
    assert missing(connection, TRIGGERS) == []


@each_model
def test_a_dropped_trigger_is_told(db: None, model: Any, make: Any) -> None:
    table = table_of(model)
    for name in TRIGGERS.names_on(connection, table):
        execute(f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))
        assert missing(connection, TRIGGERS) == [table]
        (error,) = run_checks(tags=[Tags.database], databases=["default"])
        assert (error.id, table in error.msg, error.is_serious()) == ("wholesale.E011", True, True)
        TRIGGERS.install(connection, table)


@pytest.mark.postgres
def test_a_disabled_trigger_is_told(db: None) -> None:
    execute(f"ALTER TABLE {table_of(MarketPolicy)} DISABLE TRIGGER {table_of(MarketPolicy)}_mark")
    assert missing(connection, TRIGGERS) == [table_of(MarketPolicy)]


def test_a_restored_trigger_gives_a_new_mark_because_rows_may_have_changed_without_it(db: None) -> None:
    TRIGGERS.remove(connection, table_of(MarketPolicy))
    changes = Changes()
    assert not changes.after(lambda: MarketPolicy.objects.update(reason="unseen"))
    assert changes.after(lambda: TRIGGERS.install_missing(apps.get_app_config("governance")))
    assert missing(connection, TRIGGERS) == []


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_migrate_command_restores_a_lost_trigger(transactional_db: None) -> None:
    TRIGGERS.remove(connection, table_of(OfferPolicy))
    call_command("migrate", verbosity=0)
    assert missing(connection, TRIGGERS) == []


# What is kept --------------------------------------------------------------------------------------------------------------


class Reasons:
    """A loader of the reasons of market policies, which counts its loads."""

    def __init__(self) -> None:
        self.loads = 0
        self.kept = Kept(self.load)

    def load(self) -> set[str]:
        self.loads += 1
        return set(MarketPolicy.objects.values_list("reason", flat=True))

    def now(self) -> set[str]:
        return self.kept.at(mark.current())


def test_what_is_kept_is_loaded_once_until_a_row_changes(db: None) -> None:
    reasons = Reasons()
    assert reasons.now() is reasons.now()
    assert reasons.loads == 1
    MarketPolicy.objects.update(reason="new")
    assert reasons.now() == {"new"}
    assert reasons.loads == 2


def test_a_changed_row_is_seen_at_once_within_its_transaction_and_never_after_its_rollback(db: None) -> None:
    reasons = Reasons()
    MarketPolicy.objects.update(reason="before")
    assert reasons.now() == {"before"}
    for _ in range(3):
        with transaction.atomic():
            MarketPolicy.objects.update(reason="tried")
            assert reasons.now() == {"tried"}
            transaction.set_rollback(True)
        assert reasons.now() == {"before"}
    MarketPolicy.objects.update(reason="meant")
    assert reasons.now() == {"meant"}


def test_rows_that_change_while_they_are_loaded_are_loaded_again(db: None) -> None:
    reasons = Reasons()
    load, meanwhile = reasons.load, iter(["first", "second"])

    def slowly() -> set[str]:
        found = load()
        if reason := next(meanwhile, ""):
            MarketPolicy.objects.update(reason=reason)
        return found

    reasons.kept = Kept(slowly)
    assert reasons.now() == {"second"}
    assert reasons.loads == 3
    assert reasons.now() == {"second"}
    assert reasons.loads == 3


def test_an_older_mark_gets_the_newer_rows(db: None) -> None:
    reasons, old = Reasons(), mark.current()
    MarketPolicy.objects.update(reason="new")
    assert reasons.now() == {"new"}
    assert reasons.kept.at(old) == {"new"}
    assert reasons.now() == {"new"}


def test_without_a_mark_nothing_is_kept(db: None) -> None:
    reasons = Reasons()
    MarketPolicy.objects.update(reason="x")
    Mark.objects.all().delete()
    assert reasons.now() == reasons.now() == {"x"}
    assert reasons.loads == 2
    TRIGGERS.remove(connection, table_of(MarketPolicy))
    MarketPolicy.objects.update(reason="unseen")
    assert reasons.now() == {"unseen"}


def test_the_sender_is_the_organisation_of_the_mark(db: None) -> None:
    Organisation.objects.update(name="Wholesale Inc.")
    assert sender(mark.current()).name == "Wholesale Inc."
    Organisation.objects.all().delete()
    assert sender(mark.current()) == NOT_ON_FILE


# The verbs -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.method == "post"], ids=repr)
def test_only_verbs_of_operators_change_the_mark(client_of: Callable[..., APIClient], endpoint: Endpoint) -> None:
    """Whoever changes the mark holds its lock until the commit, so what agents and machines do all day must not."""
    contact_points([("PHONE", "+14165550100")], Act())  # the very first one changes the organisation's row
    OfferPolicy.objects.update(enabled=True)
    client, url = client_of(*ROLES), endpoint.url()
    changes = Changes()
    is_changed = changes.after(lambda: client.post(url, endpoint.good))
    if is_changed:
        assert endpoint.roles == {OPERATOR}
    elif endpoint.path.endswith("policies/upsert"):
        pytest.fail("A policy was changed, and the mark stayed.")
