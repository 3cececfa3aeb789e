"""The permissions of each role in the console."""

from wholesale.plumbing.roles import OPERATOR, Grants

GRANTS: Grants = {
    "oversee": (OPERATOR,),
}
