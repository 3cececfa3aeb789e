"""The permissions of each role for KPI events and the tripwire."""

from wholesale.plumbing.roles import EVERYBODY, INTEGRATOR, OPERATOR, Grants

GRANTS: Grants = {
    "view_kpievent": EVERYBODY,
    "view_trace": EVERYBODY,
    "view_fridayreview": EVERYBODY,
    "view_regressionpolicy": EVERYBODY,
    "view_regressionstate": EVERYBODY,
    "view_regressiontrigger": EVERYBODY,
    "change_regressionpolicy": (OPERATOR,),
    "evaluate_tripwire": (OPERATOR,),
    "clear_tripwire": (OPERATOR,),
    "record_kpi": (OPERATOR, INTEGRATOR),
}
