"""Which role may do what with KPI rows."""

from wholesale.roles import EVERYBODY, Grants

GRANTS: Grants = {"view_kpievent": EVERYBODY}
