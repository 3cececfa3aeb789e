"""Which role may do what in governance."""

from wholesale.roles import EVERYBODY, INTEGRATOR, OPERATOR, Grants

GRANTS: Grants = {
    "view_marketpolicy": EVERYBODY,
    "change_marketpolicy": (OPERATOR,),
    "ask_contact_gate": EVERYBODY,
    "view_golivestate": EVERYBODY,
    "engage_kill_switch": (OPERATOR,),
    "release_kill_switch": (OPERATOR,),
    "enable_go_live": (OPERATOR,),
    "disable_go_live": (OPERATOR,),
    "view_riskpolicy": EVERYBODY,
    "change_riskpolicy": (OPERATOR,),
    "view_riskday": EVERYBODY,
    "view_riskreservation": EVERYBODY,
    "view_riskevent": EVERYBODY,
    "reserve_risk": (OPERATOR, INTEGRATOR),
    "settle_risk": (OPERATOR, INTEGRATOR),
    "release_reservation": (OPERATOR,),
    "view_heimdallpolicy": EVERYBODY,
    "change_heimdallpolicy": (OPERATOR,),
    "view_heimdallscorecard": EVERYBODY,
    "view_heimdallrecommendation": EVERYBODY,
    "view_heimdallevent": EVERYBODY,
    "run_trial": (OPERATOR, INTEGRATOR),
    "recommend": (OPERATOR, INTEGRATOR),
    "view_runbook": EVERYBODY,
    "view_runbookrun": EVERYBODY,
    "store_run": (OPERATOR,),
}
