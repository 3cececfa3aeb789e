"""Roles are groups. Each app's `roles.py` names the permissions of each role (CONTRACT section 5).

They are granted after `migrate`, because permissions do not exist during a first migration. Each is granted only once: if an
operator takes a permission from a role, it stays taken.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import AppConfig
from django.contrib.auth.models import Group, Permission

OPERATOR = "operator"
AGENT = "agent"
INTEGRATOR = "integrator"
AUDITOR = "auditor"
ROLES = (OPERATOR, AGENT, INTEGRATOR, AUDITOR)
EVERYBODY = ROLES

# permission codename -> the roles that hold it
Grants = dict[str, tuple[str, ...]]


# The plumbing's own tables.
GRANTS: Grants = {
    "view_idempotencykey": (OPERATOR, AUDITOR),
    "view_periodicrun": (OPERATOR, AUDITOR),
    "view_rolegrant": (OPERATOR, AUDITOR),
    "invite_agent": (OPERATOR,),
    "share_savedview": (OPERATOR,),
}


def grants_of(app_config: AppConfig) -> Grants:
    """Return the permissions that the app grants to each role. Empty if the app grants none."""
    name = f"{app_config.name}.roles"
    if find_spec(name) is None:
        return {}
    return getattr(import_module(name), "GRANTS", {})


def grant_new_permissions(app_config: AppConfig, **kwargs: Any) -> None:
    """Receiver of post_migrate: give each role the permissions of this app that it was never given before.

    Raises:
        LookupError: the app grants a permission that it does not have.

    """
    from wholesale.plumbing.models import RoleGrant  # noqa: PLC0415  # models are not loaded when apps.py imports this module

    grants = grants_of(app_config)
    if not grants:
        return
    permissions = {
        p.codename: p for p in Permission.objects.filter(content_type__app_label=app_config.label, codename__in=grants)
    }
    if unknown := set(grants) - set(permissions):
        raise LookupError(f"{app_config.name}.roles grants unknown permissions: {', '.join(sorted(unknown))}")
    groups = {role: Group.objects.get_or_create(name=role)[0] for role in ROLES}
    given = set(RoleGrant.objects.values_list("group_id", "permission_id"))
    for codename, roles in grants.items():
        for role in roles:
            pair = (groups[role].pk, permissions[codename].pk)
            if pair not in given:
                groups[role].permissions.add(permissions[codename])
                RoleGrant.objects.create(group_id=pair[0], permission_id=pair[1])
