"""KPI as an app."""

from django.apps import AppConfig


class KpiConfig(AppConfig):
    """The log, its receivers, its sums."""

    name = "kpi"
    verbose_name = "KPI"

    def ready(self) -> None:
        from kpi import receivers  # noqa: PLC0415  # models must be loaded first

        receivers.connect()
