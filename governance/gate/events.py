"""What governance has on record of a request, for the trace of its correlation id."""

from governance.heimdall.models import HeimdallEvent
from governance.risk.models import RiskEvent
from governance.runbook.models import RunbookRun

__all__ = ["HeimdallEvent", "RiskEvent", "RunbookRun"]
