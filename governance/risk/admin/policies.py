"""The admin pages of risk policies."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from governance.policies_admin import PolicyAdmin
from governance.risk.models import RiskPolicy


@admin.register(RiskPolicy)
class RiskPolicyAdmin(PolicyAdmin):
    """The admin pages of risk policies: the caps of each engine."""

    key_title = _("Engine")
    settings_title = _("Caps")
