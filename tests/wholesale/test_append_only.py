"""Facts are inserted, and then the ORM and the database forbid changing and deleting them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.core.checks import Tags, run_checks
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from buyers.models import BuyerFeedbackEvent, DealSent
from followups.models import InboundDecision, LeadEvent, LeadReopening, SlaBreach
from followups.tasks.models import ContactAttempt, TaskEvent
from governance.models import ConsentProof, ContactRecord, HeimdallEvent, HeimdallRecommendation, RiskEvent, RunbookRun
from governance.policies import Governed
from kpi.models import FridayReview, KPIEvent
from offers.models import OfferEvent, OfferEvidence
from tests.factories import (
    NOON,
    AttemptFactory,
    DealSentFactory,
    DecisionFactory,
    EvidenceFactory,
    FeedbackFactory,
    FridayReviewFactory,
    HeimdallEventFactory,
    KpiFactory,
    LeadEventFactory,
    LeadReopeningFactory,
    OfferEventFactory,
    RecommendationFactory,
    RecordFactory,
    RiskEventFactory,
    RunFactory,
    SlaBreachFactory,
    TaskEventFactory,
)
from wholesale.plumbing.append_only import APPEND_ONLY, ERASABLE, AppendOnlyError
from wholesale.plumbing.triggers import missing

FACTS: dict[Any, Callable[[], Any]] = {
    BuyerFeedbackEvent: FeedbackFactory.create,
    DealSent: DealSentFactory.create,
    ContactAttempt: AttemptFactory.create,
    OfferEvidence: EvidenceFactory.create,
    OfferEvent: OfferEventFactory.create,
    KPIEvent: KpiFactory.create,
    FridayReview: FridayReviewFactory.create,
    RiskEvent: RiskEventFactory.create,
    HeimdallRecommendation: RecommendationFactory.create,
    HeimdallEvent: HeimdallEventFactory.create,
    RunbookRun: RunFactory.create,
    ContactRecord: RecordFactory.create,
    TaskEvent: TaskEventFactory.create,
    SlaBreach: SlaBreachFactory.create,
    LeadEvent: LeadEventFactory.create,
    LeadReopening: LeadReopeningFactory.create,
    InboundDecision: DecisionFactory.create,
}
GOVERNED: list[Any] = [model for model in apps.get_models() if hasattr(model._meta, "simple_history_manager_attribute")]
SAMPLES: dict[str, Any] = {
    "BooleanField": False,
    "CharField": "made",
    "DateField": NOON.date(),
    "DateTimeField": NOON,
    "DecimalField": Decimal(1),
    "IntegerField": 1,
    "BigIntegerField": 1,
    "PositiveIntegerField": 1,
    "PositiveSmallIntegerField": 1,
    "PositiveBigIntegerField": 1,
    "JSONField": {},
}


def sample(field: Any) -> Any:
    """A value that fits the column."""
    if field.choices:
        return field.choices[0][0]
    value = SAMPLES[field.get_internal_type()]
    return value[: field.max_length] if isinstance(value, str) else value


def history_of(model: Any) -> Callable[[], Any]:
    """Make a row of the model's history, with a value in each required column."""

    def make() -> Any:
        needed = [field for field in model._meta.concrete_fields if not field.primary_key and not field.null]
        values = {field.attname: sample(field) for field in needed}
        return model.objects.create(**{**values, "reason": "made"})

    return make


HISTORIES: dict[Any, Callable[[], Any]] = {model.history.model: history_of(model.history.model) for model in GOVERNED}
ROWS = {**FACTS, **HISTORIES}
each_fact = pytest.mark.parametrize(("model", "make"), ROWS.items(), ids=[model.__name__ for model in ROWS])


def text_column(model: Any) -> str:
    """A text column, which holds "made" in every row made here."""
    return "reason" if model in HISTORIES else "correlation_id"


def table_of(model: Any) -> str:
    return str(model._meta.db_table)


def refused(statement: str) -> bool:
    """Whether the database refuses a raw statement with the trigger's message."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return "is append-only" in str(error)
    return False


def test_the_list_of_append_only_tables_is_complete() -> None:
    assert set(APPEND_ONLY.models()) == set(ROWS)
    assert ERASABLE.models() == [ConsentProof]


def test_the_history_of_every_governed_row_is_append_only() -> None:
    assert {model for model in apps.get_models() if issubclass(model, Governed)} == set(GOVERNED)
    assert len(GOVERNED) >= 12


@each_fact
def test_the_orm_refuses_to_change_or_delete_a_stored_fact(db: None, model: Any, make: Any) -> None:
    row = make()
    setattr(row, text_column(model), "another")
    with pytest.raises(AppendOnlyError, match="append-only"):
        row.save()
    with pytest.raises(AppendOnlyError, match="append-only"):
        model.objects.get(pk=row.pk).save()
    with pytest.raises(AppendOnlyError, match="append-only"):
        row.delete()
    assert getattr(model.objects.get(pk=row.pk), text_column(model)) == "made"


@each_fact
def test_the_database_refuses_querysets(db: None, model: Any, make: Any) -> None:
    row = make()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model.objects.filter(pk=row.pk).update(**{text_column(model): "another"})
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model.objects.filter(pk=row.pk).delete()
    setattr(row, text_column(model), "another")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model.objects.bulk_update([row], [text_column(model)])
    assert getattr(model.objects.get(pk=row.pk), text_column(model)) == "made"


@each_fact
def test_the_database_refuses_raw_statements(db: None, model: Any, make: Any) -> None:
    row = make()
    table = table_of(model)
    assert refused(f"UPDATE {table} SET {text_column(model)} = 'x' WHERE {row._meta.pk.column} = {row.pk}")
    assert refused(f"DELETE FROM {table} WHERE {row._meta.pk.column} = {row.pk}")
    assert refused(f"DELETE FROM {table}")
    assert getattr(model.objects.get(pk=row.pk), text_column(model)) == "made"


def test_an_erasable_row_can_be_deleted_but_never_changed(db: None) -> None:
    ConsentProof.objects.create(record=RecordFactory.create(), wording="made")
    table = table_of(ConsentProof)
    assert refused(f"UPDATE {table} SET wording = 'x'")
    ERASABLE.remove(connection, table)
    assert missing(connection, APPEND_ONLY, ERASABLE) == [table]
    ERASABLE.install_missing(apps.get_app_config("governance"))
    assert missing(connection, APPEND_ONLY, ERASABLE) == []
    assert refused(f"UPDATE {table} SET wording = 'x'")
    assert ConsentProof.objects.get().wording == "made"
    assert not refused(f"DELETE FROM {table}")
    assert not ConsentProof.objects.exists()


def test_no_trigger_is_missing_after_migrate(db: None) -> None:
    assert missing(connection, APPEND_ONLY, ERASABLE) == []
    assert run_checks(tags=[Tags.database], databases=["default"]) == []


@each_fact
def test_a_dropped_trigger_is_named(db: None, model: Any, make: Any) -> None:
    table = table_of(model)
    APPEND_ONLY.remove(connection, table)
    assert missing(connection, APPEND_ONLY, ERASABLE) == [table]
    (error,) = run_checks(tags=[Tags.database], databases=["default"])
    assert (error.id, table in error.msg, error.is_serious()) == ("wholesale.E010", True, True)
    assert not any(message.id == "wholesale.E010" for message in run_checks())  # only if a database is named


@each_fact
@pytest.mark.parametrize("statement", ["UPDATE", "DELETE"])
def test_a_half_protected_table_is_named(db: None, model: Any, make: Any, statement: Any) -> None:
    """On SQLite two triggers protect a table, and it needs both."""
    table = table_of(model)
    trigger = {"UPDATE": f"{table}_append_only", "DELETE": f"{table}_append_only_delete"}[statement]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_append_only")
        else:
            cursor.execute(f"DROP TRIGGER {trigger}")
    assert missing(connection, APPEND_ONLY, ERASABLE) == [table]


def test_a_table_that_does_not_exist_is_not_reported(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    APPEND_ONLY.remove(connection, table_of(KPIEvent))
    monkeypatch.setattr(KPIEvent._meta, "db_table", "kpi_not_made_yet")
    assert missing(connection, APPEND_ONLY, ERASABLE) == []


@each_fact
def test_migrate_restores_a_lost_trigger(db: None, model: Any, make: Any) -> None:
    APPEND_ONLY.remove(connection, table_of(model))
    APPEND_ONLY.install_missing(apps.get_app_config(model._meta.app_label))
    assert missing(connection, APPEND_ONLY, ERASABLE) == []
    row = make()
    assert refused(f"DELETE FROM {table_of(model)} WHERE {row._meta.pk.column} = {row.pk}")


def test_installing_for_another_app_changes_nothing(db: None) -> None:
    APPEND_ONLY.remove(connection, table_of(KPIEvent))
    APPEND_ONLY.install_missing(apps.get_app_config("buyers"))
    assert missing(connection, APPEND_ONLY, ERASABLE) == [table_of(KPIEvent)]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_migrate_command_restores_a_lost_trigger(transactional_db: None) -> None:
    APPEND_ONLY.remove(connection, table_of(KPIEvent))
    call_command("migrate", verbosity=0)
    assert missing(connection, APPEND_ONLY, ERASABLE) == []
