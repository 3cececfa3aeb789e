"""The admin of risk: editing caps, releasing reservations, reading ledgers and events."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from governance import gate
from governance.policies import upsert
from governance.risk.models import RiskDay, RiskEvent, RiskPolicy, RiskReservation
from governance.risk.reservations import release_reservation, risk_settle
from tests.factories import ReservationFactory, RiskDayFactory, RiskEventFactory
from tests.staff import form_with, links, signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

RESERVATIONS = "/admin/governance/riskreservation/"
ADD = "/admin/governance/riskpolicy/add/"


@pytest.fixture
def ops(user_of: Callable[..., User]) -> Client:
    """A browser of the operator `ops`."""
    return signed_in(user_of("operator", username="ops"))


def policy(engine: str = "WHOLESALE") -> RiskPolicy:
    return RiskPolicy.objects.get(engine=engine)


def page_of(row: Any) -> str:
    return reverse(f"admin:governance_{row._meta.model_name}_change", args=[row.pk])


def release_page(reservation: RiskReservation) -> str:
    return reverse("admin:governance_riskreservation_release", args=[reservation.pk])


def reserved(amount: int = 100, engine: str = "WHOLESALE") -> RiskReservation:
    return gate.risk_reserve_or_raise(engine, Decimal(amount), actor="offers")


def listed(client: Client, **query: Any) -> list[int]:
    return [row.pk for row in client.get(RESERVATIONS, query).context["cl"].result_list]


# Policies ---------------------------------------------------------------------------------------------------------------


def test_caps_are_edited_through_the_service(ops: Client) -> None:
    form = form_with(ops.get(page_of(policy())), "why")

    answer = ops.post(page_of(policy()), {**form, "max_open_risk": "262500", "max_actions_per_day": "20", "why": "Offers"})

    stored = policy()
    assert answer.status_code == 302
    assert (stored.max_open_risk, stored.max_actions_per_day) == (Decimal(262500), 20)
    assert (stored.max_daily_loss, stored.enabled) == (Decimal(200), True)
    assert (stored.version, stored.changed_by, stored.reason) == (2, "ops", "Offers")
    assert stored.history.first().history_user.username == "ops"


def test_a_new_engine_gets_a_disabled_policy(ops: Client) -> None:
    form = form_with(ops.get(ADD), "why")

    ops.post(ADD, {**form, "engine": "cold calls", "max_daily_loss": "50", "why": "New engine"})

    made = policy("COLD_CALLS")
    assert (made.version, made.enabled, made.max_daily_loss, made.max_open_risk) == (1, False, Decimal(50), Decimal(0))


@pytest.mark.parametrize("engine", ["", "!!", "wholesale"])
def test_an_invalid_engine_or_one_with_a_policy_is_named(engine: str, ops: Client) -> None:
    form = form_with(ops.get(ADD), "why")

    answer = ops.post(ADD, {**form, "engine": engine, "why": "x"})

    assert list(answer.context["adminform"].form.errors) == ["engine"]
    assert RiskPolicy.objects.count() == 4


def test_the_engine_of_a_policy_cannot_change(ops: Client) -> None:
    form = form_with(ops.get(page_of(policy())), "why")
    assert "engine" not in form

    ops.post(page_of(policy()), {**form, "engine": "OTHER", "why": "Rename"})

    assert policy().version == 2
    assert not RiskPolicy.objects.filter(engine="OTHER").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_daily_loss", "-1"),
        ("max_daily_exposure", "1.005"),
        ("max_open_risk", "NaN"),
        ("max_open_risk", "9" * 20),
        ("max_actions_per_day", "-1"),
        ("max_actions_per_day", "9" * 18),
        ("max_actions_per_day", ""),
        ("why", " "),
    ],
)
def test_a_value_out_of_bounds_is_named(field: str, value: str, ops: Client) -> None:
    form = form_with(ops.get(page_of(policy())), "why")

    answer = ops.post(page_of(policy()), {**form, "why": "x", field: value})

    assert list(answer.context["adminform"].form.errors) == [field]
    assert policy().version == 1


def test_a_stale_form_writes_nothing_and_loses_nothing(ops: Client) -> None:
    form = form_with(ops.get(page_of(policy())), "why")
    upsert(RiskPolicy, engine="WHOLESALE", enabled=False, act=Act("tripwire", reason="Contracts fell"))

    answer = ops.post(page_of(policy()), {**form, "max_daily_loss": "300", "why": "Mine"})

    again = form_with(answer, "why")
    assert "changed by tripwire" in answer.content.decode()
    assert (again["max_daily_loss"], again["why"], again["expected_version"]) == (["300"], ["Mine"], ["2"])
    assert (policy().version, policy().enabled, policy().max_daily_loss) == (2, False, Decimal(200))


def test_the_history_shows_amounts_and_a_missing_cap(ops: Client) -> None:
    upsert(
        RiskPolicy, engine="WHOLESALE", max_daily_loss=Decimal(0), max_open_risk=Decimal(2000), act=Act("ops", reason="x")
    )

    page = ops.get(reverse("admin:governance_riskpolicy_history", args=[policy().pk]))

    assert page.context["page_obj"][0].history_delta_changes == [
        {"field": "Loss a day", "old": "$200", "new": "no cap"},
        {"field": "Open risk", "old": "$1,000", "new": "$2,000"},
    ]


# Reservations -----------------------------------------------------------------------------------------------------------


def test_the_list_begins_with_the_oldest_open_reservation(admin_client: Client) -> None:
    now = timezone.now()
    first, second = (ReservationFactory.create().pk for _ in range(2))
    settled = ReservationFactory.create(settled_at=now, realized_loss=Decimal(0)).pk

    assert listed(admin_client) == [first, second]
    assert listed(admin_client, state="settled") == [settled]
    assert listed(admin_client, state="all") == [settled, second, first]


def test_reservations_are_filtered_by_age_and_engine(admin_client: Client) -> None:
    now = timezone.now()
    fresh = ReservationFactory.create(created_at=now).pk
    old = ReservationFactory.create(created_at=now - timedelta(hours=25), engine="CAPITAL").pk
    older = ReservationFactory.create(created_at=now - timedelta(days=8)).pk

    assert listed(admin_client, hours="24") == [old, older]
    assert listed(admin_client, hours="168") == [older]
    assert listed(admin_client, hours="many") == [fresh, old, older]
    assert listed(admin_client, engine="CAPITAL") == [old]
    assert listed(admin_client, q="WHOLESALE") == [fresh, older]


def test_a_reservation_is_read_with_its_metadata_and_events(admin_client: Client) -> None:
    reservation = gate.risk_reserve_or_raise("WHOLESALE", Decimal(1000), actor="offers", metadata={"offer": "<14 Elm>"})
    risk_settle(reservation.pk, Decimal("40.50"), act=Act("desk", reason="Sold below"))

    page = admin_client.get(page_of(reservation)).content.decode()

    for text in ("$1,000", "$40.50", "&lt;14 Elm&gt;", "Reserved", "Settled", "Sold below"):
        assert text in page, text


def test_a_reservation_is_released_with_a_reason(ops: Client) -> None:
    reservation = reserved()
    assert release_page(reservation) in ops.get(page_of(reservation)).content.decode()
    form = form_with(ops.get(release_page(reservation)), "reason")

    answer = ops.post(release_page(reservation), {**form, "reason": "The offer fell through"}, follow=True)

    reservation.refresh_from_db()
    event = RiskEvent.objects.filter(kind="RELEASED").get()
    assert reservation.settled_at is not None
    assert (reservation.realized_loss, reservation.settled_by) == (Decimal(0), "ops")
    assert reservation.settle_reason == event.reason == "The offer fell through"
    assert (event.reservation, event.actor) == (reservation, "ops")
    assert event.user is not None
    assert event.user.username == "ops"
    assert {row.open_risk_reserved for row in RiskDay.objects.all()} == {Decimal(0)}
    assert LogEntry.objects.get().object_id == str(reservation.pk)
    assert f"Released: reservation {reservation.pk}." in answer.content.decode()
    assert release_page(reservation) not in ops.get(page_of(reservation)).content.decode()


def test_open_reservations_among_the_chosen_are_released_together(ops: Client) -> None:
    first, second, settled, other = (reserved(10) for _ in range(4))
    risk_settle(settled.pk, Decimal(3), act=Act("desk", reason="Sold"))
    chosen = {"action": "release_chosen", "_selected_action": [first.pk, second.pk, settled.pk]}
    page = ops.post(f"{RESERVATIONS}?state=all", chosen)
    assert RiskReservation.objects.filter(settled_at__isnull=True).count() == 3

    ops.post(f"{RESERVATIONS}?state=all", {**form_with(page, "reason"), "reason": "Month end"})

    assert set(RiskReservation.objects.filter(settled_at__isnull=True)) == {other}
    assert RiskEvent.objects.filter(kind="RELEASED").count() == 2
    settled.refresh_from_db()
    assert (settled.realized_loss, settled.settle_reason) == (Decimal(3), "Sold")


def test_without_an_open_reservation_no_question_is_asked(ops: Client) -> None:
    settled = ReservationFactory.create(settled_at=timezone.now(), realized_loss=Decimal(0))

    answer = ops.post(
        f"{RESERVATIONS}?state=all", {"action": "release_chosen", "_selected_action": [settled.pk]}, follow=True
    )

    assert "Nothing to do: what you chose is settled." in answer.content.decode()


def test_a_reservation_settled_meanwhile_stays_settled(ops: Client) -> None:
    reservation = reserved()
    risk_settle(reservation.pk, Decimal(30), act=Act("desk", reason="Sold"))

    answer = ops.post(release_page(reservation), {"reason": "Too late"})

    reservation.refresh_from_db()
    assert "The reservation is settled already" in answer.content.decode()
    assert (reservation.realized_loss, reservation.settle_reason) == (Decimal(30), "Sold")
    assert not RiskEvent.objects.filter(kind="RELEASED").exists()


def test_all_chosen_reservations_are_released_or_none(ops: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = reserved(10), reserved(20)
    chosen = {"action": "release_chosen", "_selected_action": [first.pk, second.pk]}
    form = form_with(ops.post(RESERVATIONS, chosen), "reason")

    def beaten(reservation_id: int, **given: Any) -> RiskReservation:
        if reservation_id == second.pk:
            risk_settle(second.pk, act=Act("desk", reason="Sold"))
        return release_reservation(reservation_id, **given)

    monkeypatch.setattr("governance.risk.admin.reservations.release_reservation", beaten)
    answer = ops.post(RESERVATIONS, {**form, "reason": "x"})

    assert "The reservation is settled already" in answer.content.decode()
    assert not RiskEvent.objects.filter(kind="RELEASED").exists()
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
def test_a_release_needs_a_reason(reason: str, ops: Client) -> None:
    reservation = reserved()

    answer = ops.post(release_page(reservation), {"reason": reason})

    assert list(answer.context["form"].errors) == ["reason"]
    reservation.refresh_from_db()
    assert reservation.settled_at is None


def test_opening_the_page_releases_nothing(ops: Client) -> None:
    reservation = reserved()

    for answer in (ops.get(release_page(reservation), {"reason": "x"}), ops.head(release_page(reservation))):
        assert answer.status_code == 200
    ops.get(f"{RESERVATIONS}?action=release_chosen&_selected_action={reservation.pk}&reason=x")

    reservation.refresh_from_db()
    assert reservation.settled_at is None


def test_an_unknown_reservation_is_reported(ops: Client) -> None:
    for path in (release_page(RiskReservation(pk=99)), release_page(RiskReservation(pk=99)).replace("99", "x")):
        assert ops.get(path).status_code == 302


@pytest.mark.parametrize("role", ["auditor", "agent", "integrator"])
def test_only_a_user_who_may_release_can_release(role: str, user_of: Callable[..., User]) -> None:
    client, reservation = signed_in(user_of(role)), reserved()
    chosen = {"action": "release_chosen", "_selected_action": reservation.pk, "reason": "x"}

    assert client.post(release_page(reservation), {"reason": "x"}).status_code == 403
    client.post(RESERVATIONS, chosen)

    reservation.refresh_from_db()
    assert reservation.settled_at is None
    assert release_page(reservation) not in client.get(page_of(reservation)).content.decode()
    assert client.get(RESERVATIONS).context["action_form"] is None


def test_a_reader_needs_only_the_release_permission_to_release(user_of: Callable[..., User]) -> None:
    user, reservation = user_of(), reserved()
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_riskreservation", "release_reservation"]))

    signed_in(user).post(release_page(reservation), {"reason": "Stale"})

    reservation.refresh_from_db()
    assert reservation.settle_reason == "Stale"


# Ledgers and events -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("engine", "expected"), [("GLOBAL", 2), ("CAPITAL", 1)])
def test_a_ledger_links_to_the_reservations_of_its_day(engine: str, expected: int, admin_client: Client) -> None:
    ledger = RiskDayFactory.create(engine=engine)
    ReservationFactory.create(day=ledger.day)
    ReservationFactory.create(day=ledger.day, engine="CAPITAL", settled_at=timezone.now(), realized_loss=Decimal(0))
    ReservationFactory.create(day=ledger.day + timedelta(days=1), engine="CAPITAL")

    (url,) = [href for href in links(admin_client.get(page_of(ledger))) if href.startswith(f"{RESERVATIONS}?")]

    assert len(admin_client.get(url).context["cl"].result_list) == expected


def test_ledgers_are_filtered_by_day(admin_client: Client) -> None:
    today = timezone.now().date()
    recent, earlier = (RiskDayFactory.create(day=today - timedelta(days=days)).pk for days in (2, 10))

    page = admin_client.get("/admin/governance/riskday/", {"days": "7"})

    assert [row.pk for row in page.context["cl"].result_list] == [recent]
    assert earlier != recent


def test_events_show_what_happened_and_why_not(admin_client: Client) -> None:
    gate.risk_reserve(engine="WHOLESALE", amount=Decimal(5000), act=Act("offers"))
    RiskEventFactory.create(kind="SETTLED", amount=Decimal(10), realized_loss=Decimal(4))

    page = admin_client.get("/admin/governance/riskevent/").content.decode()

    assert "Denied" in page
    assert "max_daily_exposure of GLOBAL" in page
    assert "$5,000" in page
    assert "$4" in page


# Correcting -------------------------------------------------------------------------------------------------------------


def correct_page(reservation: RiskReservation) -> str:
    return reverse("admin:governance_riskreservation_correct", args=[reservation.pk])


def test_a_booked_loss_is_corrected_with_a_reason(ops: Client) -> None:
    reservation = reserved()
    assert correct_page(reservation) not in ops.get(page_of(reservation)).content.decode()
    risk_settle(reservation.pk, Decimal(10), act=Act("offers"))
    assert correct_page(reservation) in ops.get(page_of(reservation)).content.decode()
    form = form_with(ops.get(correct_page(reservation)), "reason")
    assert form["realized_loss"] == ["10.00"]

    answer = ops.post(correct_page(reservation), {**form, "realized_loss": "4", "reason": "A slip"}, follow=True)

    assert "The loss is $4." in answer.content.decode()
    reservation.refresh_from_db()
    event = RiskEvent.objects.get(kind="CORRECTED")
    assert (reservation.realized_loss, event.realized_loss, event.actor, event.reason) == (4, -6, "ops", "A slip")
    assert RiskDay.objects.get(engine="WHOLESALE").realized_loss == 4
    assert LogEntry.objects.get().get_change_message() == "The loss is $4."


@pytest.mark.parametrize(
    ("field", "value"), [("reason", " "), ("realized_loss", "-1"), ("realized_loss", "NaN"), ("realized_loss", "")]
)
def test_a_correction_needs_a_loss_and_a_reason(field: str, value: str, ops: Client) -> None:
    reservation = reserved()
    risk_settle(reservation.pk, Decimal(10), act=Act("offers"))

    answer = ops.post(correct_page(reservation), {"realized_loss": "4", "reason": "A slip", field: value})

    assert list(answer.context["form"].errors) == [field]
    assert not RiskEvent.objects.filter(kind="CORRECTED").exists()


def test_the_loss_of_an_open_reservation_is_not_corrected(ops: Client) -> None:
    answer = ops.post(correct_page(reserved()), {"realized_loss": "4", "reason": "A slip"})
    assert "no loss is booked" in answer.content.decode()


@pytest.mark.parametrize("role", ["agent", "integrator", "auditor"])
def test_no_other_role_corrects(user_of: Callable[..., User], role: str) -> None:
    reservation = reserved()
    risk_settle(reservation.pk, Decimal(10), act=Act("offers"))
    client = signed_in(user_of(role))
    assert correct_page(reservation) not in client.get(page_of(reservation)).content.decode()
    assert client.post(correct_page(reservation), {"realized_loss": "4", "reason": "x"}).status_code == 403
