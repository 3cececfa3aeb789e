"""Which role may do what in follow-up."""

from wholesale.roles import AGENT, EVERYBODY, INTEGRATOR, OPERATOR, Grants

GRANTS: Grants = {
    "view_lead": EVERYBODY,
    "add_lead": (OPERATOR, INTEGRATOR),
    "change_lead": (OPERATOR, INTEGRATOR),
    "import_lead": (OPERATOR, INTEGRATOR),
    "export_lead": (OPERATOR, INTEGRATOR),
    "view_leadimport": EVERYBODY,
    "view_followupladder": EVERYBODY,
    "view_followuptask": EVERYBODY,
    "view_contactattempt": EVERYBODY,
    "view_inboundmessage": EVERYBODY,
    "view_sla": EVERYBODY,
    "list_due_tasks": EVERYBODY,
    "create_ladder": (OPERATOR, INTEGRATOR),
    "complete_task": (OPERATOR, AGENT, INTEGRATOR),
    "complete_any_task": (OPERATOR, INTEGRATOR),
    "record_inbound": (OPERATOR, INTEGRATOR),
    "decide_inbound": (OPERATOR, AGENT),
}
