"""Fixtures that every folder of tests shares."""

import os
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from fnmatch import fnmatch
from itertools import groupby
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from cachetools import TTLCache
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.core import serializers
from django.db import connection, connections, transaction
from django.db.backends.base.creation import BaseDatabaseCreation
from django.test import TransactionTestCase
from hypothesis import Phase
from hypothesis import settings as hypothesis_settings
from knox.models import AuthToken
from rest_framework.test import APIClient

from followups.ladders.templates import scripts
from governance.golive.models import GoLiveState
from governance.golive.services import engage_kill_switch
from tests.served import database_name, fresh_database, migrating_once
from wholesale.plumbing.act import Act
from wholesale.plumbing.http import authentication
from wholesale.plumbing.mark import Kept

# The same examples in each run, and no deadline: the machine may be busy.
hypothesis_settings.register_profile("tests", derandomize=True, deadline=None, max_examples=60)
# One failing example kills a mutant, so shrinking it is not needed.
hypothesis_settings.register_profile(
    "mutants", parent=hypothesis_settings.get_profile("tests"), max_examples=12, phases=[Phase.explicit, Phase.generate]
)
hypothesis_settings.load_profile("tests")

# `make quick` leaves out hypothesis tests and the slow ones: processes and servers, races, weeks of simulation, pages, and
# walks of the whole API, admin or schema. A test is slow by its folder or file, or by a parameter of such a walk.
SLOW_FOLDERS = {"browser", "faults", "plans", "races", "recorded", "schema", "simulation", "traps"}
SLOW_FILES = (
    *("test_*admin*.py", "test_*page.py", "test_work_queue.py", "test_personal_values.py"),
    *("test_up.py", "test_settings.py", "test_seeds.py", "test_schema_view.py", "test_walkthrough_command.py"),
    *("test_checks.py", "test_timeouts.py", "test_task_failures.py", "test_login_brake.py"),  # processes, and waits
    *("test_compliance_services.py", "test_import_*.py", "test_xlsx_files.py"),  # thousands of rows
    *("test_what_agents_read.py", "test_query_counts.py", "test_append_only.py", "test_persons.py"),  # each table or list
    *("test_listing.py", "test_lists.py", "test_marked_texts.py", "test_unknown_parameters.py"),  # each list or page
    *("test_arv.py", "test_ratio_study.py"),  # thousands of sales
)
SLOW_PARAMETERS = {"endpoint", "verb"}
DATABASE = {"db", "transactional_db"}  # the fixtures of pytest-django that use the database

# What the two databases cannot differ in runs on one of them: pages in a browser, the API's schema and killed processes on
# PostgreSQL, which production uses; weeks of simulation, what the server does before a request reaches a verb, and what
# takes no database, on SQLite.
ONLY_ON_POSTGRESQL = ("tests/browser/", "tests/schema/", "tests/faults/test_breaches.py", "tests/faults/test_kills.py")
ONLY_ON_SQLITE = (
    *("tests/simulation/", "tests/faults/test_slow_clients.py", "tests/faults/test_unread_bodies.py"),
    *(
        "tests/faults/test_wire.py",
        "tests/wholesale/test_walkthrough_command.py",
        "tests/wholesale/console/test_marked_texts.py",
    ),
)
# With EXAMPLES=shared, as `make test` and `make quick` run it, a test of many examples (each endpoint, page, table, message)
# gives each database about half of them, always the same. Where the database itself is the subject it gives both all.
MANY = 4
OF_THE_DATABASE = (
    *("tests/claims/", "tests/faults/", "tests/recorded/", "tests/governance/test_seeds.py"),
    *("tests/wholesale/test_append_only.py", "tests/wholesale/test_listing.py", "tests/wholesale/test_mark.py"),
)

# The longest tests come first, so that no worker is left alone with one at the end. None of them uses the tests' own
# database: pytest-django keeps the order of tests that do, since some of them empty the tables.
LONGEST = ("tests/schema/", "tests/wholesale/test_up.py")


def pytest_configure(config: pytest.Config) -> None:
    """Have the workers of a run, and the servers that its tests start, copy one migrated database."""
    if not hasattr(config, "workerinput"):
        once = ExitStack()
        # With workers the database is migrated while they collect the tests.
        once.enter_context(migrating_once(ahead=bool(config.getoption("numprocesses", None))))
        config.add_cleanup(once.close)


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> Iterator[None]:
    """Give each worker its own database: on SQLite a file, so that threads can be tested."""
    with fresh_database() as url:
        connection.settings_dict["TEST"]["NAME"] = database_name(url)
        yield
        connections.close_all()


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Let pytest-django use the prepared database and leave it in place."""
    return True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Function]) -> None:
    """Collect tests of one database (races, plans, pages; `make up`) only where that database is under test."""
    for item in items:
        _mark(item)
    if os.environ.get("EXAMPLES") == "shared":
        _share(items)
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))
    other = "sqlite" if connection.vendor == "postgresql" else "postgres"
    elsewhere = [item for item in items if item.get_closest_marker(other)]
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in elsewhere]


def _mark(item: pytest.Function) -> None:
    """Mark the tier of a test, and its database if it needs only one. `make quick` runs no slow test, and `make mutate` no
    slow one and none with a database."""
    if _is_slow(item.path) or not SLOW_PARAMETERS.isdisjoint(item.fixturenames):
        item.add_marker("slow")
    if item.get_closest_marker("django_db") or not DATABASE.isdisjoint(item.fixturenames):
        item.add_marker("database")
    elif not item.get_closest_marker("slow") and not item.get_closest_marker("postgres"):
        item.add_marker("sqlite")
    if item.nodeid.startswith(ONLY_ON_POSTGRESQL):
        item.add_marker("postgres")
    elif item.nodeid.startswith(ONLY_ON_SQLITE):
        item.add_marker("sqlite")


def _share(items: list[pytest.Function]) -> None:
    """Mark each example of a test of many for one of the databases."""
    both = [item for item in items if not (item.get_closest_marker("sqlite") or item.get_closest_marker("postgres"))]
    examples = Counter(item.function for item in both)
    for item in both:
        if examples[item.function] >= MANY and not item.nodeid.startswith(OF_THE_DATABASE):
            item.add_marker("sqlite" if crc32(item.nodeid.encode()) % 2 else "postgres")


def _is_slow(path: Path) -> bool:
    return not SLOW_FOLDERS.isdisjoint((path.name, path.parent.name)) or any(fnmatch(path.name, name) for name in SLOW_FILES)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not import the files of slow tests if these are left out."""
    return True if "not slow" in config.option.markexpr and _is_slow(collection_path) else None


@pytest.fixture(autouse=True)
def _remember_tokens_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty the token cache for each test, and let no token expire: a count of queries must not depend on the clock."""
    monkeypatch.setattr(authentication, "remembered", TTLCache(maxsize=authentication.MAX_REMEMBERED, ttl=3600))


@pytest.fixture(autouse=True)
def _remember_templates_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty the cache of templates for each test, since ids are used again."""
    monkeypatch.setattr(scripts, "known", {})


@pytest.fixture(autouse=True, scope="session")
def _count_no_query_of_kept_rules() -> Iterator[None]:
    """Do not count the queries that load kept rules: whether a test has to load them depends on the tests before it."""
    loaded = Kept._loaded

    def uncounted(self: Kept[Any], mark: int | None) -> Any:
        counts, connection.force_debug_cursor = connection.force_debug_cursor, False
        try:
            return loaded(self, mark)
        finally:
            connection.force_debug_cursor = counts

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(Kept, "_loaded", uncounted)
        yield


@contextmanager
def past_triggers() -> Iterator[None]:
    """Switch off row triggers within the block: Django's tests empty and fill append-only tables too."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            yield
            cursor.execute("SET session_replication_role = DEFAULT")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        yield
        for _, sql in triggers:
            cursor.execute(sql)


@pytest.fixture(autouse=True, scope="session")
def _flush_and_fill_past_triggers() -> Iterator[None]:
    """Flush without triggers: on SQLite Django deletes rows, and restores existing seeded rows by UPDATE."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for owner, name in (
            (TransactionTestCase, "_fixture_teardown"),
            (BaseDatabaseCreation, "deserialize_db_from_string"),
        ):
            monkeypatch.setattr(owner, name, past_triggers()(getattr(owner, name)))
        yield


@pytest.fixture(autouse=True, scope="session")
def _flush_and_restore_fast() -> Iterator[None]:
    """Restore the seeded rows after a flush from a copy of them, and flush PostgreSQL by DELETE.

    Django writes each row by itself, and TRUNCATE makes some 600 files anew: both together take a second for each test.
    """
    creation, original = BaseDatabaseCreation, BaseDatabaseCreation.deserialize_db_from_string
    put_back: list[Callable[[], None]] = []

    def restore(self: BaseDatabaseCreation, data: str) -> None:
        if put_back:
            put_back[0]()
            return
        alias = self.connection.alias
        with transaction.atomic(using=alias), self.connection.constraint_checks_disabled():
            rows = serializers.deserialize("json", data, using=alias)
            for model, group in groupby(rows, key=lambda row: type(row.object)):
                several = list(group)
                # Before the first flush the rows still exist.
                model._base_manager.bulk_create([row.object for row in several], ignore_conflicts=True)
                for row in several:
                    if row.m2m_data:
                        row.save()
        self.connection.check_constraints()
        put_back.append(_keep_seeds() if connection.vendor == "postgresql" else _keep_file())

    def deletes(self: Any, style: Any, tables: Sequence[str], **options: Any) -> list[str]:
        return [f'DELETE FROM "{table}"' for table in tables]

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(creation, "deserialize_db_from_string", restore)
        if connection.vendor == "postgresql":
            monkeypatch.setattr(type(connection.ops), "sql_flush", deletes)
        yield
    assert creation.deserialize_db_from_string is original


def _keep_file() -> Callable[[], None]:
    """Keep a copy of the whole database of SQLite, and return what puts it back."""
    copy = sqlite3.connect(":memory:", check_same_thread=False)
    connection.ensure_connection()
    connection.connection.backup(copy)

    def put_back() -> None:
        connection.ensure_connection()
        copy.backup(connection.connection)

    return put_back


def _keep_seeds() -> Callable[[], None]:
    """Keep a copy of each table that has rows in a schema of its own, and return what puts the rows back."""
    statements = []
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA seeds")
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}")')
            if cursor.fetchone()[0]:
                cursor.execute(f'CREATE TABLE seeds."{table}" AS TABLE "{table}"')
                stored = (field.column for field in model._meta.local_concrete_fields if not field.generated)
                columns = ", ".join(f'"{column}"' for column in stored)
                statements.append(f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM seeds."{table}"')

    def put_back() -> None:
        with transaction.atomic(), past_triggers(), connection.cursor() as cursor:
            cursor.execute("; ".join(statements))

    return put_back


@pytest.fixture
def user_of(db: None) -> Callable[..., User]:
    """Make a user with these roles: `user_of("agent")`, `user_of("agent", username="va1")`."""

    def make(*roles: str, username: str = "") -> User:
        user = User.objects.create_user(username or "-".join(roles) or "nobody")
        user.groups.set(Group.objects.filter(name__in=roles))
        return user

    return make


@pytest.fixture
def client_of(user_of: Callable[..., User]) -> Callable[..., APIClient]:
    """Make an API client whose user has these roles: `client_of("operator")`. It answers errors as a server does."""

    def make(*roles: str, username: str = "") -> APIClient:
        username = username or "-".join(roles) or "nobody"
        user = User.objects.filter(username=username).first() or user_of(*roles, username=username)
        client = APIClient(raise_request_exception=False)
        client.credentials(HTTP_AUTHORIZATION=f"Token {AuthToken.objects.create(user=user)[1]}")
        return client

    return make


@pytest.fixture
def operator(client_of: Callable[..., APIClient]) -> APIClient:
    """An API client with the role operator."""
    return client_of("operator")


@pytest.fixture
def agent(client_of: Callable[..., APIClient]) -> APIClient:
    """An API client with the role agent. Its user is called agent."""
    return client_of("agent")


@pytest.fixture
def integrator(client_of: Callable[..., APIClient]) -> APIClient:
    """An API client with the role integrator."""
    return client_of("integrator")


@pytest.fixture
def auditor(client_of: Callable[..., APIClient]) -> APIClient:
    """An API client with the role auditor."""
    return client_of("auditor")


@pytest.fixture
def kill_switch(db: None) -> GoLiveState:
    """The go-live state with the kill switch engaged."""
    return engage_kill_switch(act=Act("test", reason="a test of the kill switch"))


@pytest.fixture
def run_together() -> Callable[..., list[Any]]:
    """Call a function from n threads at the same moment, each with its own connection: `run_together(32, act)`.

    The function may take the thread's number. Returns each thread's result, or the exception it raised, in that order.
    """

    def run(n: int, function: Callable[..., Any]) -> list[Any]:
        barrier = threading.Barrier(n)

        def call(number: int) -> Any:
            try:
                barrier.wait(timeout=30)
                return function(number)
            except Exception as error:
                return error
            finally:
                connections.close_all()

        with ThreadPoolExecutor(n) as pool:
            return list(pool.map(call, range(n)))

    return run


def codes(response: Any) -> list[str]:
    """The codes in an error answer."""
    return [error["code"] for error in response.json()["errors"]]


def attrs(response: Any) -> list[str | None]:
    """The fields named in an error answer."""
    return [error["attr"] for error in response.json()["errors"]]
