"""The admin pages of risk policies."""

from django.contrib import admin

from governance.policies_admin import PolicyAdmin
from governance.risk.models import RiskPolicy


@admin.register(RiskPolicy)
class RiskPolicyAdmin(PolicyAdmin):
    """The admin pages of risk policies: the caps of each engine."""

    key_title = "Engine"
    settings_title = "Caps"
