"""Which role may do what in governance."""

from wholesale.roles import EVERYBODY, OPERATOR, Grants

GRANTS: Grants = {
    "view_marketpolicy": EVERYBODY,
    "change_marketpolicy": (OPERATOR,),
    "ask_contact_gate": EVERYBODY,
    "view_golivestate": EVERYBODY,
    "engage_kill_switch": (OPERATOR,),
    "release_kill_switch": (OPERATOR,),
}
