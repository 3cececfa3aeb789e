"""The runbook: each check, how they are run, shown and stored (CONTRACT section 3)."""

import itertools
import zoneinfo
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from governance.golive.models import GoLiveState
from governance.golive.services import engage_kill_switch
from governance.ledger.opt_outs import record_opt_out
from governance.market.models import MarketPolicy
from governance.models import HeimdallPolicy, RiskPolicy, RunbookRun
from governance.organisation.models import Organisation
from governance.policies import upsert
from governance.risk.rules import GLOBAL
from governance.runbook import registry, services
from governance.runbook.registry import Check, Finding, Severity
from kpi.models import KPIEvent
from kpi.tripwire.models import RegressionPolicy
from offers.models import OfferPolicy
from tests.conftest import codes
from tests.factories import NOON, TriggerFactory
from tests.query_counts import counted, queries
from wholesale.plumbing.act import Act
from wholesale.plumbing.append_only import APPEND_ONLY
from wholesale.plumbing.mark import TRIGGERS

pytestmark = pytest.mark.django_db

API = "/api/governance/runbook"

# The severity of each failing check, by id.
CHECKS = {
    "contact.area_codes": "warning",
    "contact.digest_key": "blocker",
    "contact.identification": "warning",
    "contact.registration": "warning",
    "contact.strictness": "warning",
    "duties.scrub": "warning",
    "duties.training": "warning",
    "environment.append_only": "blocker",
    "environment.backups": "info",
    "environment.debug": "warning",
    "environment.mark": "blocker",
    "environment.migrations": "warning",
    "environment.time_zones": "blocker",
    "followups.minutes": "warning",
    "followups.pool": "warning",
    "followups.sla_mail": "warning",
    "followups.sla_policies": "warning",
    "followups.templates": "warning",
    "followups.templates_french": "warning",
    "followups.vendor_contracts": "warning",
    "followups.vendors": "warning",
    "heimdall.charter": "blocker",
    "kill_switch.free": "blocker",
    "market.policies": "blocker",
    "offers.enabled": "warning",
    "offers.pace": "warning",
    "offers.policies": "blocker",
    "regression.policies": "warning",
    "regression.triggers": "warning",
    "risk.caps": "blocker",
}

# The checks that warn after migrate.
FIRST_DAY = {
    "contact.area_codes",
    "contact.digest_key",
    "contact.identification",
    "contact.registration",
    "contact.strictness",
    "duties.scrub",
    "duties.training",
    "followups.sla_mail",
    "offers.enabled",
    "regression.policies",
}


def found(id: str, **options: Any) -> dict[str, Any]:
    """The finding of the check, whatever its severity."""
    status = services.status(**options)
    (item,) = [item for group in ("blockers", "warnings", "info") for item in status[group] if item["id"] == id]
    if not item["ok"]:
        assert item in status[{"blocker": "blockers", "warning": "warnings", "info": "info"}[item["severity"]]]
    return dict(item)


def passes(id: str, **options: Any) -> bool:
    return bool(found(id, **options)["ok"])


def without_caps(engine: str, **caps: Any) -> None:
    none = {"max_daily_loss": 0, "max_daily_exposure": 0, "max_open_risk": 0, "max_actions_per_day": 0}
    RiskPolicy.objects.filter(engine=engine).update(**{**none, **caps})


# As migrate leaves it ---------------------------------------------------------------------------------------------------


def test_after_migrate_nothing_blocks(agent: APIClient) -> None:
    status = agent.get(f"{API}/status").json()
    assert (status["blockers"], status["ok_to_enable_go_live"]) == ([], True)
    assert [item["id"] for item in status["warnings"]] == sorted(FIRST_DAY)
    assert [item["id"] for item in status["info"]] == sorted(CHECKS.keys() - FIRST_DAY)
    assert {item["id"] for item in status["info"] if not item["ok"]} == {"environment.backups"}
    assert status["generated_at"].endswith("Z")


def test_the_checks_are_listed_by_id(agent: APIClient) -> None:
    listed = agent.get(f"{API}/checks").json()
    assert {check["id"]: check["severity"] for check in listed} == CHECKS
    assert [check["id"] for check in listed] == sorted(CHECKS)
    assert all(check["title"] for check in listed)


# Each check, failing and passing ----------------------------------------------------------------------------------------

FAILURES: list[tuple[str, Callable[[], Any], str, str]] = [
    (
        "environment.append_only",
        lambda: APPEND_ONLY.remove(connection, KPIEvent._meta.db_table),
        "blocker",
        "No trigger on kpi_kpievent. Run migrate.",
    ),
    (
        "environment.mark",
        lambda: TRIGGERS.remove(connection, HeimdallPolicy._meta.db_table),
        "blocker",
        "No trigger changes the mark on governance_heimdallpolicy. Run migrate.",
    ),
    (
        "environment.migrations",
        lambda: MigrationRecorder(connection).record_unapplied("kpi", "0002_triggers"),
        "warning",
        "Migrations not applied: kpi.0002_triggers.",
    ),
    (
        "heimdall.charter",
        lambda: HeimdallPolicy.objects.all().delete(),
        "blocker",
        "No Heimdall policy: no advice could ever be judged. Add one for each domain of advice.",
    ),
    (
        "kill_switch.free",
        lambda: engage_kill_switch(act=Act("bryan", reason="drill")),
        "blocker",
        "The kill switch was engaged by bryan: drill",
    ),
    (
        "kill_switch.free",
        lambda: GoLiveState.objects.all().delete(),
        "blocker",
        "The go-live row is missing, which stops everything. Releasing the kill switch makes it.",
    ),
    (
        "market.policies",
        lambda: MarketPolicy.objects.filter(province__in=("NU", "ON")).delete(),
        "blocker",
        "No contact policy for Nunavut, Ontario. Run seed_policies.",
    ),
    (
        "offers.policies",
        lambda: OfferPolicy.objects.filter(province="YT").delete(),
        "blocker",
        "No offer policy for Yukon. Run seed_policies.",
    ),
    (
        "risk.caps",
        lambda: without_caps("CAPITAL"),
        "blocker",
        "Enabled without any cap: CAPITAL.",
    ),
    (
        "risk.caps",
        lambda: RiskPolicy.objects.filter(engine=GLOBAL).update(enabled=False),
        "blocker",
        "The risk policy GLOBAL is missing or off: nothing can be reserved.",
    ),
    (
        "risk.caps",
        lambda: RiskPolicy.objects.all().delete(),
        "blocker",
        "The risk policy GLOBAL is missing or off: nothing can be reserved.",
    ),
    (
        "regression.triggers",
        TriggerFactory.create,
        "warning",
        "",
    ),
]


@pytest.mark.parametrize(("id", "spoil", "severity", "message"), FAILURES)
def test_a_check_fails_without_its_condition(id: str, spoil: Callable[[], Any], severity: str, message: str) -> None:
    assert passes(id)
    spoil()
    item = found(id)
    assert (item["ok"], item["severity"]) == (False, severity)
    assert item["message"].startswith(message)
    assert services.status()["ok_to_enable_go_live"] is (severity != "blocker")


MENDED: list[tuple[str, Callable[[], Any]]] = [
    ("offers.enabled", lambda: OfferPolicy.objects.filter(province="ON").update(enabled=True)),
    ("regression.policies", lambda: RegressionPolicy.objects.filter(metric="contract_rate").update(enabled=True)),
]


@pytest.mark.parametrize(("id", "mend"), MENDED)
def test_a_first_day_warning_ends_when_its_condition_holds(id: str, mend: Callable[[], Any]) -> None:
    assert (passes(id), found(id)["severity"]) == (False, "warning")
    mend()
    assert passes(id)


@pytest.mark.parametrize("cap", ["max_daily_loss", "max_daily_exposure", "max_open_risk", "max_actions_per_day"])
def test_any_one_cap_is_enough(cap: str) -> None:
    without_caps("CAPITAL", **{cap: 1})
    assert passes("risk.caps")


def test_a_disabled_policy_needs_no_cap() -> None:
    without_caps("NOTIFY")
    assert passes("risk.caps")


def test_a_market_policy_does_not_count_for_its_province() -> None:
    OfferPolicy.objects.filter(province="ON").update(market="TORONTO")
    assert found("offers.policies")["detail"] == ["ON"]


def test_backups_are_confirmed_by_word_and_never_block(settings: Settings) -> None:
    assert (passes("environment.backups"), found("environment.backups")["severity"]) == (False, "info")
    settings.BACKUPS_CONFIGURED = True
    assert passes("environment.backups")


def test_zones_of_the_operating_system_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zoneinfo, "TZPATH", ("/usr/share/zoneinfo",))
    item = found("environment.time_zones")
    assert (item["ok"], item["severity"]) == (False, "blocker")
    assert "/usr/share/zoneinfo" in item["message"]


@pytest.mark.parametrize(("enforced", "severity"), [(True, "blocker"), (False, "warning")])
def test_development_mode_blocks_where_go_live_is_enforced(settings: Settings, enforced: Any, severity: Any) -> None:
    settings.GO_LIVE_ENFORCE = enforced
    assert passes("environment.debug")
    settings.DEBUG = True
    MigrationRecorder(connection).record_unapplied("kpi", "0002_triggers")
    for id in ("environment.debug", "environment.migrations"):
        assert (passes(id), found(id)["severity"]) == (False, severity)
    assert services.status()["ok_to_enable_go_live"] is not enforced


# The pace of the roll-out -----------------------------------------------------------------------------------------------

ROLL_OUT = datetime(2090, 1, 15, tzinfo=UTC)  # long after the seeds, at any time of the run


def enabled(province: str, days_ago: float, *, on: bool = True, market: str = "ALL") -> None:
    upsert(
        OfferPolicy,
        province=province,
        market=market,
        enabled=on,
        act=Act("ops", reason="roll-out", at=ROLL_OUT - timedelta(days=days_ago)),
    )


def test_two_provinces_in_seven_days_are_slow_enough_and_three_are_too_fast() -> None:
    enabled("ON", 0)
    enabled("BC", 6)
    assert found("offers.pace", now=ROLL_OUT)["detail"] == ["BC", "ON"]
    assert passes("offers.pace", now=ROLL_OUT)
    enabled("AB", 3)
    item = found("offers.pace", now=ROLL_OUT)
    assert (item["ok"], item["severity"], item["detail"]) == (False, "warning", ["AB", "BC", "ON"])
    assert item["message"] == "3 provinces were enabled within seven days: Alberta, British Columbia, Ontario."


@pytest.mark.parametrize(("days_ago", "slow"), [(7, False), (7.001, True), (30, True)])
def test_provinces_enabled_before_the_seven_days_do_not_count(days_ago: Any, slow: Any) -> None:
    enabled("ON", 0)
    enabled("BC", 1)
    enabled("AB", days_ago)
    assert passes("offers.pace", now=ROLL_OUT) is slow


def test_editing_an_enabled_policy_is_no_roll_out() -> None:
    for province in ("ON", "BC", "AB"):
        enabled(province, 30)
        enabled(province, 1)
    assert found("offers.pace", now=ROLL_OUT)["detail"] == []


def test_disabling_removes_no_roll_out_and_enabling_again_counts() -> None:
    for province in ("ON", "BC", "AB"):
        enabled(province, 30)
        enabled(province, 3, on=False)
    assert passes("offers.pace", now=ROLL_OUT)
    for province in ("ON", "BC", "AB"):
        enabled(province, 2)
        enabled(province, 1, on=False)
    assert not passes("offers.pace", now=ROLL_OUT)


def test_several_markets_of_one_province_count_once() -> None:
    for market in ("ALL", "TORONTO", "OTTAWA"):
        enabled("ON", 1, market=market)
    assert found("offers.pace", now=ROLL_OUT)["detail"] == ["ON"]


# The organisation and its key -------------------------------------------------------------------------------------------


def organisation(**values: Any) -> None:
    Organisation.objects.update(**values)


def test_leniency_is_reported_while_it_lasts() -> None:
    item = found("contact.strictness")
    assert (item["ok"], item["severity"], item["detail"]) == (False, "warning", ["consent", "identity", "scrub"])
    organisation(consent="enforce", identity="enforce")
    item = found("contact.strictness")
    assert item["detail"] == ["scrub"]
    assert "not refused: registration and scrub for calls. Reason: a test of something else" in item["message"]
    organisation(scrub="enforce")
    assert passes("contact.strictness")
    Organisation.objects.all().delete()
    assert passes("contact.strictness")  # a missing row enforces both


def test_messages_must_say_who_sends_them() -> None:
    assert found("contact.identification")["detail"] == ["name", "mailing_address", "contact"]
    organisation(name="Maple Homes", contact="info@example.ca")
    item = found("contact.identification")
    assert (item["severity"], item["detail"]) == ("warning", ["mailing_address"])
    organisation(mailing_address="1 King St, Toronto")
    assert passes("contact.identification")
    Organisation.objects.all().delete()
    assert not passes("contact.identification")


@pytest.mark.parametrize(
    ("number", "days", "says"),
    [
        ("R-1", 31, ""),
        ("R-1", 30, "expires on Jan 14, 2027"),
        ("R-1", 0, "expires on Dec 15, 2026"),
        ("R-1", -1, "expired on Dec 14, 2026"),
        ("R-1", None, "No registration"),
        ("", 300, "No registration"),
    ],
)
def test_the_registration_warns_thirty_days_before_it_ends(number: Any, days: Any, says: Any) -> None:
    expires_on = None if days is None else NOON.date() + timedelta(days=days)
    organisation(registration_number=number, registration_expires_on=expires_on)
    item = found("contact.registration", now=NOON)
    assert (item["ok"], item["severity"]) == (not says, "warning")
    assert says in item["message"]


def test_a_missing_key_warns_and_a_changed_key_blocks(settings: Settings) -> None:
    item = found("contact.digest_key")
    assert (item["ok"], item["severity"]) == (False, "warning")
    settings.CONTACT_DIGEST_KEY = "the first key"
    assert passes("contact.digest_key")
    record_opt_out(points=[("PHONE", "+14165550123")], act=Act("me"))
    assert passes("contact.digest_key")
    for other in ("another key", settings.UNKEYED):
        settings.CONTACT_DIGEST_KEY = other
        item = found("contact.digest_key")
        assert (item["ok"], item["severity"]) == (False, "blocker")
        assert "the first key" not in item["message"]
    settings.CONTACT_DIGEST_KEY = "the first key"
    assert passes("contact.digest_key")
    Organisation.objects.all().delete()
    assert (passes("contact.digest_key"), found("contact.digest_key")["severity"]) == (False, "blocker")


# How checks are run -----------------------------------------------------------------------------------------------------


def with_check(
    monkeypatch: pytest.MonkeyPatch, function: Callable[..., Finding], severity: Severity = Severity.INFO
) -> None:
    monkeypatch.setitem(registry.checks, "a.first", Check("a.first", severity, "A check", function))


def divides_by_zero(now: Any) -> Finding:
    return Finding(True, str(1 // 0))


def breaks_the_transaction(now: Any) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM no_such_table")
    return Finding(True, "never")


def loses_the_database(now: Any) -> Finding:
    raise OperationalError("gone: secret-host")


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (divides_by_zero, "ZeroDivisionError"),
        (breaks_the_transaction, ""),
        (loses_the_database, "OperationalError"),
    ],
)
def test_a_check_that_raises_is_a_blocker_and_the_others_still_run(
    operator: APIClient, monkeypatch: pytest.MonkeyPatch, function: Any, name: str
) -> None:
    with_check(monkeypatch, function)
    answer = operator.get(f"{API}/status")
    assert answer.status_code == 200
    (blocker,) = answer.json()["blockers"]
    assert (blocker["id"], blocker["severity"]) == ("a.first", "blocker")
    assert blocker["message"].startswith(f"The check itself failed: {name}")
    assert "secret-host" not in answer.content.decode()
    assert len(answer.json()["info"]) == len(CHECKS) - len(FIRST_DAY)
    enable = operator.post("/api/governance/go-live/enable", {"reason": "test"})
    assert (enable.status_code, enable.json()["errors"][0]["attr"]) == (412, "a.first")
    assert operator.post(f"{API}/runs", {"reason": "test"}).status_code == 201
    assert operator.get(f"{API}/markdown").status_code == 200


@pytest.mark.parametrize("severity", Severity)
def test_a_failing_check_is_listed_by_its_severity(monkeypatch: pytest.MonkeyPatch, severity: Severity) -> None:
    with_check(monkeypatch, lambda now: Finding(False, "Look.", ["why"]), severity)
    expected = {"id": "a.first", "ok": False, "severity": severity.value, "message": "Look.", "detail": ["why"]}
    assert found("a.first") == expected
    assert services.status()["ok_to_enable_go_live"] is (severity is not Severity.BLOCKER)


def test_a_finding_may_have_another_severity_than_its_check(monkeypatch: pytest.MonkeyPatch) -> None:
    with_check(monkeypatch, lambda now: Finding(False, "Look.", severity=Severity.BLOCKER))
    assert [item["id"] for item in services.blockers()] == ["a.first"]


def test_a_shared_query_runs_once_for_each_status(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = itertools.count(1)
    read = registry.read_once(lambda: next(numbers))
    for id in ("a.first", "a.second"):
        check = Check(id, Severity.INFO, "A check", lambda now: Finding(True, str(read())))
        monkeypatch.setitem(registry.checks, id, check)
    assert (found("a.first")["message"], found("a.second")["message"]) == ("1", "2")
    assert (read(), read()) == (3, 4)  # outside a status each query runs anew


def test_a_check_gets_the_instant_of_the_status(monkeypatch: pytest.MonkeyPatch) -> None:
    with_check(monkeypatch, lambda now: Finding(now == NOON, str(now)))
    assert found("a.first", now=NOON)["ok"]
    assert services.status(now=NOON)["generated_at"] == "2026-12-15T18:00:00Z"
    before = timezone.now()
    assert services.status()["generated_at"] >= before.isoformat()[:19]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("path", ["status", "markdown"])
def test_the_status_stays_within_its_number_of_queries(client_of: Callable[..., APIClient], path: str) -> None:
    for province in ("ON", "BC", "AB"):
        upsert(OfferPolicy, province=province, enabled=True, act=Act("ops", reason="roll-out"))
    TriggerFactory.create()
    client = client_of("agent")
    client.get("/api/followups/sla")  # the token is cached from here on
    with CaptureQueriesContext(connection) as captured:
        assert client.get(f"{API}/{path}").status_code == 200
    assert counted(captured) <= queries("GET governance/runbook/status, at most"), [query["sql"] for query in captured]


# As a page --------------------------------------------------------------------------------------------------------------


def test_the_page_is_markdown(agent: APIClient) -> None:
    answer = agent.get(f"{API}/markdown")
    page = answer.content.decode()
    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    assert page.startswith("# Runbook\n")
    assert "\nNothing blocks going live.\n" in page
    assert "\n## Blockers\n\nNone.\n" in page
    assert "- NOT OK `offers.enabled`: No offer policy is enabled: no offer can be computed.\n" in page
    assert "- ok `kill_switch.free`: The kill switch is free.\n" in page


def test_the_page_says_when_something_blocks() -> None:
    engage_kill_switch(act=Act("bryan", reason="a drill\n# over two lines"))
    page = services.as_markdown(services.status())
    assert "**Do not go live: there are blockers.**" in page
    assert "- NOT OK `kill_switch.free`: The kill switch was engaged by bryan: a drill # over two lines\n" in page


@pytest.mark.parametrize("accept", ["text/markdown", "text/html,*/*;q=0.1", "application/json", "image/png"])
def test_the_page_is_served_under_any_accept_header(agent: APIClient, accept: str) -> None:
    answer = agent.get(f"{API}/markdown", headers={"Accept": accept})
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/markdown; charset=utf-8")


def test_a_refusal_of_the_page_is_json() -> None:
    answer = APIClient().get(f"{API}/markdown", headers={"Accept": "text/markdown"})
    assert (answer.status_code, answer["Content-Type"], codes(answer)) == (401, "application/json", ["not_authenticated"])


def test_the_command_prints_the_page_and_exits_0_without_a_blocker() -> None:
    out = StringIO()
    call_command("runbook", stdout=out)
    assert out.getvalue().startswith("# Runbook\n")


def test_the_command_exits_1_with_a_blocker() -> None:
    engage_kill_switch(act=Act("bryan", reason="drill"))
    out = StringIO()
    with pytest.raises(SystemExit) as exit:
        call_command("runbook", stdout=out)
    assert exit.value.code == 1
    assert "`kill_switch.free`" in out.getvalue()


# Stored runs ------------------------------------------------------------------------------------------------------------


def test_a_run_is_stored_with_who_and_why(operator: APIClient, agent: APIClient) -> None:
    given = {"reason": "before the first province", "changed_by": "bryan", "correlation_id": "C1"}
    stored = operator.post(f"{API}/runs", given)
    row = RunbookRun.objects.get()
    assert (stored.status_code, stored.json()["id"]) == (201, row.pk)
    assert (row.changed_by, row.reason, row.correlation_id) == ("bryan", "before the first province", "C1")
    assert (row.user and row.user.username, row.ok_to_enable_go_live) == ("operator", True)
    assert stored.json()["status"] == row.status
    assert row.status["blockers"] == []
    engage_kill_switch(act=Act("bryan", reason="drill"))
    second = operator.post(f"{API}/runs", {"reason": "after"}).json()
    assert (second["ok_to_enable_go_live"], second["changed_by"]) == (False, "operator")
    assert [item["id"] for item in second["status"]["blockers"]] == ["kill_switch.free"]
    listed = agent.get(f"{API}/runs").json()["results"]
    assert [run["id"] for run in listed] == [second["id"], row.pk]
    assert agent.get(f"{API}/runs/{row.pk}").json() == listed[1] == stored.json()
    assert str(row) == f"Run {row.pk}"


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_a_run_needs_a_reason(operator: APIClient, reason: Any) -> None:
    answer = operator.post(f"{API}/runs", {"reason": reason})
    assert answer.status_code == 400
    assert not RunbookRun.objects.exists()


def test_reading_the_status_writes_nothing(agent: APIClient) -> None:
    for path in ("status", "markdown", "checks"):
        agent.get(f"{API}/{path}")
    assert not RunbookRun.objects.exists()
