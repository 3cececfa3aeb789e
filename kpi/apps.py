"""The Django app of KPI."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KpiConfig(AppConfig):
    """The app's configuration."""

    name = "kpi"
    verbose_name = _("KPI")

    def ready(self) -> None:
        from governance.policies import policy_changed  # noqa: PLC0415
        from kpi import readiness, receivers, tasks  # noqa: F401, PLC0415  # models must be loaded first; registers checks
        from kpi.review import tasks as review_tasks  # noqa: PLC0415
        from kpi.tripwire.models import RegressionPolicy  # noqa: PLC0415
        from kpi.tripwire.policies import on_policy_changed  # noqa: PLC0415

        receivers.connect()
        policy_changed.connect(on_policy_changed, sender=RegressionPolicy, dispatch_uid="kpi.on_policy_changed")
        tasks.register()
        review_tasks.register()
