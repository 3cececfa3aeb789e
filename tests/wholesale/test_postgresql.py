"""Our backend of PostgreSQL: a transaction begins with its first message."""

import pytest
from django.db import OperationalError, ProgrammingError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from tests.round_trips import round_trips
from wholesale.plumbing import locks
from wholesale.plumbing.compiled import Statement, together
from wholesale.plumbing.models import IdempotencyKey

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

ONE, TWO = Statement("SELECT 1"), Statement("SELECT 2, %(text)s", given={"text": "it's 100%"})


def in_transaction() -> bool:
    return connection.connection.info.transaction_status.name != "IDLE"


def test_begin_goes_out_with_the_first_message() -> None:
    with round_trips() as sent, transaction.atomic():
        assert together(ONE, TWO) == [[(1,)], [(2, "it's 100%")]]
        assert in_transaction()
        assert together(ONE) == [[(1,)]]
    assert len(sent) == 2  # BEGIN is not one by itself
    assert not in_transaction()


def test_a_watcher_sees_each_statement_of_a_message() -> None:
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        assert together(ONE, TWO) == [[(1,)], [(2, "it's 100%")]]
        assert in_transaction()
    assert [query["sql"] for query in captured if query["sql"].startswith("SELECT")] == [
        "SELECT 1",
        "SELECT 2, 'it''s 100%'",
    ]
    assert not in_transaction()


def test_a_message_within_a_failed_transaction_is_refused() -> None:
    def fails_within() -> None:
        with transaction.atomic(savepoint=False):
            together(Statement("SELECT nothing"))

    with transaction.atomic():
        with pytest.raises(ProgrammingError):
            fails_within()
        with pytest.raises(TransactionManagementError):
            together(ONE)
        transaction.set_rollback(True)


def test_a_transaction_that_asks_nothing_sends_nothing() -> None:
    def undone() -> None:
        with transaction.atomic():
            raise ZeroDivisionError

    with round_trips() as sent:
        with transaction.atomic(), transaction.atomic(savepoint=False):
            pass
        with pytest.raises(ZeroDivisionError):
            undone()
    assert sent == []
    assert not in_transaction()


def test_a_statement_of_the_orm_begins_the_transaction_too() -> None:
    def undone() -> None:
        with transaction.atomic():
            assert not IdempotencyKey.objects.exists()
            assert in_transaction()
            with connection.cursor() as cursor:
                cursor.execute("CREATE TABLE not_there (n int)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
    assert "not_there" not in connection.introspection.table_names()


def test_a_savepoint_is_undone_alone() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE numbers (n int) ON COMMIT DROP")
        cursor.execute("INSERT INTO numbers VALUES (1)")
        with pytest.raises(ProgrammingError), transaction.atomic():
            cursor.execute("SELECT no_such_column FROM numbers")
        cursor.execute("SELECT n FROM numbers")
        assert cursor.fetchall() == [(1,)]


def test_after_a_first_message_that_fails_the_next_transaction_works() -> None:
    def fail() -> None:
        with transaction.atomic():
            together(Statement("SELECT 1 / 0"))

    for _ in range(2):
        with pytest.raises(Exception, match="division by zero"):
            fail()
        with transaction.atomic():
            assert together(ONE) == [[(1,)]]


def test_a_connection_that_is_lost_within_a_transaction_is_made_again() -> None:
    def lose() -> None:
        with transaction.atomic():
            together(Statement("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(OperationalError):
        lose()
    connection.close_if_unusable_or_obsolete()
    with transaction.atomic():
        assert together(ONE) == [[(1,)]]


def test_locks_of_a_message_last_until_the_transaction_ends() -> None:
    key = 7_300_999
    with transaction.atomic():
        together(*locks.taking(key, shared=[key + 1]), ONE)
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        assert together(Statement(held)) == [[(2,)]]
    assert together(Statement(held)) == [[(0,)]]


def test_rows_are_read_in_parts_within_a_transaction() -> None:
    with transaction.atomic():
        together(ONE)
        assert list(IdempotencyKey.objects.iterator(chunk_size=1)) == []
