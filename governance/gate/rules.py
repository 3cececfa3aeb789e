"""The policies that an operator sets and by which the gate judges, for other apps that set or show these policies."""

from governance.area_codes.services import subscribe
from governance.closed_days.services import set_closed_day
from governance.market.models import MarketPolicy
from governance.market.rules import CHANNELS, MIN_SCORE, SAFE_RULES, WINDOWS
from governance.market.words import hours_of
from governance.organisation.models import Organisation
from governance.organisation.rules import Strictness
from governance.readiness import leniency
from governance.risk.models import RiskPolicy
