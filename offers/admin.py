"""All admin pages of offers, imported from their rooms."""

from offers.comps.admin import MarketPriorAdmin, SaleAdmin
from offers.comps.lists.imports_admin import SaleImportAdmin
from offers.deals.admin import OfferEvidenceAdmin
from offers.deals.law.admin import ProvinceRuleAdmin
from offers.deals.life.admin import OfferAdmin, OfferEventAdmin
from offers.deals.taxes.admin import TransferTaxAdmin
from offers.policy_pages.admin import OfferPolicyAdmin
from offers.studies.admin import RatioStudyAdmin
