"""The permissions of offers, and the roles that have each."""

from wholesale.plumbing.roles import EVERYBODY, INTEGRATOR, OPERATOR, Grants

GRANTS: Grants = {
    "view_offerpolicy": EVERYBODY,
    "view_offerevidence": EVERYBODY,
    "change_offerpolicy": (OPERATOR,),
    "compute_offer": (OPERATOR, INTEGRATOR),
}
