"""Addresses that were stored before they had one form are brought to it, and what was said of either spelling holds."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from followups.models import Lead
from governance.compliance import services
from governance.compliance.models import ContactPoint, ContactRecord, Organisation
from governance.compliance.rules import opted_out
from tests.factories import NOON, InboundFactory, LeadFactory, PointFactory, RecordFactory
from wholesale.plumbing import append_only

pytestmark = pytest.mark.django_db

migration = import_module("followups.migrations.0011_addresses_in_one_form")
UNICODE, ASCII = "jean@québec-maisons.ca", "jean@xn--qubec-maisons-chb.ca"
JEAN = ("EMAIL", ASCII)


def as_before(value: str | None, **fields: Any) -> ContactPoint:
    """A point as it was stored when an address was only put into lower case."""
    known_by = services._hmac(django_settings.CONTACT_DIGEST_KEY, f"EMAIL:{value}".encode())
    return PointFactory.create(kind="EMAIL", value=value, digest=known_by, **fields)


def migrate() -> None:
    for bring in (migration.bring_leads, migration.bring_points):
        bring(apps, SimpleNamespace(connection=connection))


def lines(point: Any) -> tuple[Any, ...]:
    return services.ledgers([point])[point].lines


def test_the_address_of_a_lead_is_brought_to_its_form() -> None:
    for n, email in enumerate([UNICODE, "ann@example.ca", ""]):
        LeadFactory.create(lead_id=f"L{n}", email=email)
    migrate()
    assert list(Lead.objects.order_by("lead_id").values_list("email", flat=True)) == [ASCII, "ann@example.ca", ""]


def test_a_point_is_brought_to_its_form_and_found_by_it() -> None:
    point = as_before(UNICODE)
    RecordFactory.create(point=point, entry="OPT_OUT", channel="", effective_at=NOON)
    assert lines(JEAN) == ()
    migrate()
    point.refresh_from_db()
    assert (point.value, point.digest) == (ASCII, services.digest(JEAN))
    assert opted_out(lines(JEAN), "EMAIL", NOON)


@pytest.mark.parametrize("erased", [False, True], ids=["both known", "the kept one erased"])
def test_two_points_that_are_one_address_become_one(erased: bool) -> None:
    other = as_before(UNICODE)
    kept = as_before(ASCII)
    if erased:
        ContactPoint.objects.filter(pk=kept.pk).update(value=None)
    first = RecordFactory.create(point=other, entry="OPT_OUT", channel="", effective_at=NOON)
    second = RecordFactory.create(point=kept, entry="CONSENT", channel="EMAIL", basis="EXPRESS", effective_at=NOON)
    message = InboundFactory.create(channel="EMAIL")
    message.subjects.set([other])
    migrate()
    assert list(ContactPoint.objects.values_list("pk", "value")) == [(kept.pk, None if erased else ASCII)]
    assert list(ContactRecord.objects.order_by("id").values_list("pk", "point")) == [
        (first.pk, kept.pk),
        (second.pk, kept.pk),
    ]
    assert [point.pk for point in message.subjects.all()] == [kept.pk]
    assert [line.kind for line in lines(JEAN)] == ["OPT_OUT", "CONSENT"]


def test_of_two_other_spellings_the_older_is_kept() -> None:
    older, newer = as_before(UNICODE), as_before("jean@que\u0301bec-maisons.ca")
    RecordFactory.create(point=newer, entry="OPT_OUT", channel="", effective_at=NOON)
    migrate()
    assert list(ContactPoint.objects.values_list("pk", "value")) == [(older.pk, ASCII)]
    assert opted_out(lines(JEAN), "EMAIL", NOON)


def test_what_needs_nothing_stays_as_it_is_and_twice_changes_nothing() -> None:
    as_before(UNICODE)
    as_before("ann@example.ca")
    as_before(None)
    PointFactory.create(kind="PHONE", value="+14165550123")
    migrate()
    rows = list(ContactPoint.objects.order_by("pk").values())
    migrate()
    assert list(ContactPoint.objects.order_by("pk").values()) == rows


def test_the_ledger_is_protected_afterwards() -> None:
    RecordFactory.create(point=as_before(UNICODE), entry="OPT_OUT", channel="", effective_at=NOON)
    migrate()
    assert append_only.missing(connection) == []
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ContactRecord.objects.update(reason="another")


def test_under_another_key_nothing_is_changed(settings: Settings) -> None:
    point = as_before(UNICODE)
    Organisation.objects.update(digest_key_mark=services.digest_key_mark())
    settings.CONTACT_DIGEST_KEY = "another key"
    with pytest.raises(RuntimeError, match="CONTACT_DIGEST_KEY"):
        migrate()
    point.refresh_from_db()
    assert point.value == UNICODE
    point.value = None
    point.save()
    migrate()  # nothing to be brought: no key is needed
