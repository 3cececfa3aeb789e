"""`simulate`: its output, its start and continuation, and its refusals."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from buyers.services import record_feedback
from followups.ladders.models import FollowupLadder
from followups.models import Lead
from followups.services import start_ladder
from governance.golive.services import engage_kill_switch
from governance.policies import upsert
from offers.models import OfferPolicy
from tests.simulation.test_simulation import all_rows
from wholesale.demo import practice, simulation
from wholesale.demo.models import Simulation
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db
TINY = ("--days", "1", "--leads", "3", "--until", "2026-11-25T18:37:12Z")


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("simulate", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_says_what_it_made_and_enables_offers_in_two_markets() -> None:
    said = run(*TINY)
    assert "Simulated 3 leads over 1 days until 2026-11-25 18:30 UTC, seed 1" in said
    assert "Contacts outside the rules" in said
    on = OfferPolicy.objects.filter(enabled=True, reason__startswith="simulation")
    assert set(on.values_list("province", "market")) == {("ON", "WINDSOR"), ("AB", "CALGARY")}
    assert on.count() == OfferPolicy.objects.filter(enabled=True).count()
    assert Lead.objects.count() == 3 + practice.LEADS


def test_a_second_run_changes_nothing_even_after_work_and_at_any_time() -> None:
    run(*TINY)
    start_ladder(province="ON", act=Act())
    before = all_rows()
    assert run(*TINY) == run("--days", "1", "--leads", "3", "--if-empty")
    assert run(*TINY).startswith("The simulation is there: seed 1, 3 leads, 1 days.")
    assert all_rows() == before


def test_another_simulation_is_refused() -> None:
    run(*TINY)
    before = all_rows()
    others = (("--seed", "2"), ("--leads", "4"), ("--until", "2026-11-24T18:30Z"), ("--fall-in", "ON", "--fall-on", "1"))
    for other in others:
        with pytest.raises(CommandError, match="another simulation: seed 1, 3 leads, 1 days, until 2026-11-25T18:30:00Z"):
            run(*TINY, *other)
    assert all_rows() == before


def test_a_database_with_other_rows_is_refused_and_they_are_named() -> None:
    record_feedback("ON", "TORONTO", "SFR", "RESPONDED")
    before = all_rows()
    with pytest.raises(CommandError, match=r"not the simulation's \(1 buyer feedback events?, 1 KPI events?\)"):
        run(*TINY)
    assert run(*TINY, "--if-empty").startswith("No simulation: This database holds rows")
    assert all_rows() == before


def test_a_policy_changed_by_a_person_is_not_touched() -> None:
    upsert(OfferPolicy, province="ON", market="WINDSOR", act=Act("me"))
    with pytest.raises(CommandError, match=r"\(1 offer policies\)"):
        run(*TINY)


def test_an_interrupted_simulation_does_not_continue_beside_other_rows() -> None:
    run(*TINY)
    Simulation.objects.update(days=2)
    start_ladder(province="ON", act=Act())
    with pytest.raises(CommandError, match="1 ladders"):
        run("--days", "2", "--leads", "3")


def test_the_kill_switch_stops_a_simulation_without_a_trace() -> None:
    engage_kill_switch(act=Act("me", reason="test"))
    before = all_rows()
    with pytest.raises(CommandError, match="kill switch is engaged"):
        run(*TINY)
    assert all_rows() == before
    assert not FollowupLadder.objects.exists()
    assert simulation.stored() is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--days", "0"), "--days must be from 1 to 366"),
        (("--days", "367"), "--days must be from 1 to 366"),
        (("--leads", "-1"), "--leads must be from 0"),
        (("--days", "2", "--leads", "2001"), "--leads must be from 0 to 1,000 a day: 2,000"),
        (("--fall-in", "ON"), "--fall-in and --fall-on come together"),
        (("--fall-on", "1"), "--fall-in and --fall-on come together"),
        (("--fall-in", "ON", "--fall-on", "0"), "--fall-on must be from 1 to 14"),
        (("--fall-in", "ON", "--fall-on", "15"), "--fall-on must be from 1 to 14"),
        (("--fall-in", "YT", "--fall-on", "1"), "invalid choice: 'YT'"),
        (("--until", "2026-11-24T12:00"), "--until needs its zone"),
        (("--until", "2999-01-01T12:00Z"), "--until must not lie in the future"),
    ],
)
def test_wrong_arguments_are_named(arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        run(*arguments)


def test_a_fall_is_kept_so_that_the_simulation_goes_on_with_it() -> None:
    falls = ("--fall-in", "AB", "--fall-on", "1")
    run(*TINY, *falls)
    assert Simulation.objects.values_list("fall_province", "fall_day").get() == ("AB", 0)
    assert run(*TINY, *falls).startswith("The simulation is there")
    with pytest.raises(CommandError, match="another simulation"):
        run(*TINY)
