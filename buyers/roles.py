"""The permissions of buyers, and the roles that have each."""

from wholesale.plumbing.roles import AGENT, EVERYBODY, INTEGRATOR, OPERATOR, Grants

GRANTS: Grants = {
    "view_buyer": EVERYBODY,
    "view_buyerimport": EVERYBODY,
    "add_buyer": (OPERATOR, INTEGRATOR),
    "change_buyer": (OPERATOR, INTEGRATOR),
    "import_buyer": (OPERATOR, INTEGRATOR),
    "export_buyer": (OPERATOR, INTEGRATOR),
    "erase_buyer": (OPERATOR,),
    "export_buyer_file": (OPERATOR,),
    "view_buyerliquiditynode": EVERYBODY,
    "view_buyerfeedbackevent": EVERYBODY,
    "record_feedback": (OPERATOR, AGENT, INTEGRATOR),
    "view_dealsent": EVERYBODY,
    "send_deal": (OPERATOR, AGENT, INTEGRATOR),
    "match_buyers": EVERYBODY,
    "record_any_feedback": (OPERATOR, INTEGRATOR),
}
