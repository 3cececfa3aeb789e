"""The pages of risk policies."""

from django.contrib import admin

from governance.policies_admin import PolicyAdmin
from governance.risk.models import RiskPolicy


@admin.register(RiskPolicy)
class RiskPolicyAdmin(PolicyAdmin):
    """How much each engine may put at stake."""

    key_title = "Engine"
    settings_title = "Caps"
