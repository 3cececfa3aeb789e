"""The API paths of offers."""

from rest_framework.routers import SimpleRouter

from offers.api import EvidenceViewSet, OfferViewSet

router = SimpleRouter(trailing_slash=False)
router.register("deals/offers/evidence", EvidenceViewSet, basename="evidence")
router.register("deals/offers", OfferViewSet, basename="offer")
urlpatterns = router.urls
