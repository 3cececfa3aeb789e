"""Roles are groups. Each permission is granted once, after migrate (CONTRACT section 5)."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from wholesale.plumbing import roles
from wholesale.plumbing.models import RoleGrant

# Written by hand from CONTRACT section 5.
READS = {
    "view_marketpolicy",
    "view_marketzone",
    "ask_contact_gate",
    "view_contactpoint",
    "view_contactrecord",
    "view_organisation",
    "view_closedday",
    "view_areacodesubscription",
    "view_vendor",
    "view_vendoragent",
    "view_legalduty",
    "view_administrativereply",
    "view_golivestate",
    "view_followupladder",
    "view_followuptask",
    "view_laddertemplate",
    "view_poolagent",
    "view_outcomerule",
    "view_taskevent",
    "view_lead",
    "view_leadimport",
    "view_leadevent",
    "view_leadreopening",
    "view_contactattempt",
    "view_inbounddecision",
    "view_inboundmessage",
    "view_inboundword",
    "view_inboxitem",
    "view_sla",
    "view_slapolicy",
    "view_slabreach",
    "view_slawatch",
    "view_slanotice",
    "list_due_tasks",
    "view_buyer",
    "match_buyers",
    "view_buyerimport",
    "view_buyerliquiditynode",
    "view_buyerfeedbackevent",
    "view_dealsent",
    "view_offerpolicy",
    "view_offerevidence",
    "view_offer",
    "view_offerevent",
    "view_transfertax",
    "view_provincerule",
    "view_sale",
    "view_saleimport",
    "view_marketprior",
    "view_ratiostudy",
    "estimate_arv",
    "view_kpievent",
    "view_trace",
    "view_fridayreview",
    "view_riskpolicy",
    "view_riskday",
    "view_riskreservation",
    "view_riskevent",
    "view_heimdallpolicy",
    "view_heimdallscorecard",
    "view_heimdallrecommendation",
    "view_heimdallevent",
    "view_regressionpolicy",
    "view_regressionstate",
    "view_regressiontrigger",
    "view_runbook",
    "view_runbookrun",
}
DECIDES = {"decide_inbound", "close_inboxitem"}  # read and judged by a person, not by a machine
AGENT = (
    READS
    | DECIDES
    | {
        "claim_task",
        "complete_task",
        "note_lead",
        "put_off_task",
        "record_feedback",
        "record_offer",
        "send_administrativereply",
        "send_deal",
    }
)
SEES_ALL = {"view_any_lead"}  # without it a user reads only its own rows, those of its pool, and unowned due tasks
INTEGRATOR = (
    (AGENT - DECIDES)
    | SEES_ALL
    | {
        "record_any_feedback",
        "record_inbound",
        "complete_any_task",
        "create_ladder",
        "steer_ladder",
        "add_lead",
        "change_lead",
        "import_lead",
        "export_lead",
        "add_buyer",
        "change_buyer",
        "import_buyer",
        "export_buyer",
        "compute_offer",
        "draft_offer",
        "send_offer",
        "import_sale",
        "export_sale",
        "reserve_risk",
        "settle_risk",
        "run_trial",
        "recommend",
        "record_kpi",
        "record_consent",
        "record_opt_out",
    }
)
ADMIN_READS = {"view_idempotencykey", "view_periodicrun", "view_rolegrant"}  # the plumbing's own tables, in the admin
COMPARES = {"view_agent_numbers"}  # what each agent did, side by side
AUDITOR = READS | ADMIN_READS | SEES_ALL | COMPARES
GOVERNS = {
    "change_marketpolicy",
    "erase_contactpoint",
    "lift_opt_out",
    "change_organisation",
    "add_closedday",
    "change_closedday",
    "delete_closedday",
    "add_areacodesubscription",
    "change_areacodesubscription",
    "delete_areacodesubscription",
    "add_vendor",
    "change_vendor",
    "add_vendoragent",
    "change_vendoragent",
    "delete_vendoragent",
    "change_legalduty",
    "add_marketzone",
    "change_marketzone",
    "delete_marketzone",
    "change_offerpolicy",
    "change_transfertax",
    "change_provincerule",
    "run_ratiostudy",
    "change_laddertemplate",
    "change_outcomerule",
    "change_inboundword",
    "overrule_inbound",
    "close_any_inboxitem",
    "erase_person",
    "export_person",
    "erase_buyer",
    "export_buyer_file",
    "change_slapolicy",
    "invite_agent",
    "share_savedview",
    "oversee",
    "add_poolagent",
    "change_poolagent",
    "delete_poolagent",
    "change_riskpolicy",
    "change_heimdallpolicy",
    "change_regressionpolicy",
    "engage_kill_switch",
    "release_kill_switch",
    "enable_go_live",
    "disable_go_live",
    "release_reservation",
    "settle_above_reservation",
    "correct_loss",
    "evaluate_tripwire",
    "clear_tripwire",
    "store_run",
}
OPERATOR = INTEGRATOR | DECIDES | ADMIN_READS | COMPARES | GOVERNS


@pytest.mark.parametrize(
    ("role", "expected"),
    [("operator", OPERATOR), ("integrator", INTEGRATOR), ("agent", AGENT), ("auditor", AUDITOR)],
)
def test_each_role_holds_what_the_contract_gives_it(db: None, role: Any, expected: Any) -> None:
    held = Group.objects.get(name=role).permissions.values_list("codename", flat=True)
    assert set(held) == expected
    assert not any("user" in name or "group" in name for name in held)


def test_migrate_makes_the_four_roles(db: None) -> None:
    assert set(Group.objects.values_list("name", flat=True)) == {"operator", "agent", "integrator", "auditor"}


def grant(name: str) -> None:
    roles.grant_new_permissions(apps.get_app_config(name))


def test_a_permission_removed_by_hand_stays_removed(db: None) -> None:
    agent = Group.objects.get(name="agent")
    taken = Permission.objects.get(codename="complete_task")
    agent.permissions.remove(taken)
    grant("followups")
    assert taken not in agent.permissions.all()


def test_a_permission_given_by_hand_stays(db: None) -> None:
    auditor = Group.objects.get(name="auditor")
    given = Permission.objects.get(codename="complete_task")
    auditor.permissions.add(given)
    grant("followups")
    assert given in auditor.permissions.all()


def test_a_new_permission_is_given_once(db: None) -> None:
    agent, new = Group.objects.get(name="agent"), Permission.objects.get(codename="complete_task")
    agent.permissions.remove(new)
    RoleGrant.objects.filter(group=agent, permission=new).delete()  # as if it had never been declared
    grant("followups")
    assert new in agent.permissions.all()
    row = RoleGrant.objects.get(group=agent, permission=new)
    assert str(row) == f"Agent: {new.name}"


def test_an_unknown_permission_is_an_error(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roles, "grants_of", lambda config: {"fly": ("agent",)})
    with pytest.raises(LookupError, match="fly"):
        grant("followups")


def test_an_app_without_roles_grants_nothing(db: None) -> None:
    assert roles.grants_of(apps.get_app_config("knox")) == {}
    before = RoleGrant.objects.count()
    grant("knox")
    assert RoleGrant.objects.count() == before


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_second_migrate_changes_nothing(transactional_db: None) -> None:
    agent = Group.objects.get(name="agent")
    agent.permissions.remove(Permission.objects.get(codename="complete_task"))
    before = {group.name: set(group.permissions.values_list("codename", flat=True)) for group in Group.objects.all()}
    call_command("migrate", verbosity=0)
    assert before == {group.name: set(group.permissions.values_list("codename", flat=True)) for group in Group.objects.all()}
