"""Paths of governance."""

from rest_framework.routers import SimpleRouter

from governance.golive.api import GoLiveViewSet
from governance.market.api import MarketViewSet

router = SimpleRouter(trailing_slash=False)
router.register("governance/market", MarketViewSet, basename="market")
router.register("governance/go-live", GoLiveViewSet, basename="go-live")
urlpatterns = router.urls
