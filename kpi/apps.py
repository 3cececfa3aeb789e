"""KPI as an app."""

from django.apps import AppConfig


class KpiConfig(AppConfig):
    """The log, its receivers, its sums."""

    name = "kpi"
    verbose_name = "KPI"

    def ready(self) -> None:
        from kpi import readiness, receivers, tasks  # noqa: F401, PLC0415  # models must be loaded first; registers checks

        receivers.connect()
        tasks.register()
