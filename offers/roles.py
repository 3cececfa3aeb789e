"""The roles that have each permission of offers."""

from wholesale.plumbing.roles import EVERYBODY, INTEGRATOR, OPERATOR, Grants

GRANTS: Grants = {
    "view_offerpolicy": EVERYBODY,
    "view_offerevidence": EVERYBODY,
    "change_offerpolicy": (OPERATOR,),
    "compute_offer": (OPERATOR, INTEGRATOR),
}
