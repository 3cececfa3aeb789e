"""The admin pages of the market room."""

from governance.market.admin.policies import MarketPolicyAdmin as MarketPolicyAdmin
