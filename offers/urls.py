"""The API paths of offers."""

from rest_framework.routers import SimpleRouter

from offers.comps.api import ArvViewSet
from offers.deals.api import EvidenceViewSet, OfferViewSet
from offers.deals.life.api import SellerOfferViewSet
from offers.deals.taxes.api import TransferTaxViewSet
from offers.policies.api import OfferPolicyViewSet

router = SimpleRouter(trailing_slash=False)
router.register("deals/offers/evidence", EvidenceViewSet, basename="evidence")
router.register("deals/offers", OfferPolicyViewSet, basename="offer-policy")
router.register("deals/offers", OfferViewSet, basename="offer")
router.register("deals/offers", SellerOfferViewSet, basename="seller-offer")
router.register("deals", ArvViewSet, basename="arv")
router.register("deals", TransferTaxViewSet, basename="transfer-tax")
urlpatterns = router.urls
