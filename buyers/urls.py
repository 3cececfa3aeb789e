"""The API paths of buyers."""

from rest_framework.routers import SimpleRouter

from buyers.book.api import BuyerViewSet
from buyers.liquidity.api import DealSentViewSet, FeedbackViewSet, LiquidityViewSet
from buyers.liquidity.graph.api import GraphViewSet
from buyers.matching.api import MatchViewSet

router = SimpleRouter(trailing_slash=False)
router.register("buyers/liquidity", LiquidityViewSet, basename="liquidity")
router.register("buyers/book", BuyerViewSet, basename="buyer")
router.register("buyers/liquidity", GraphViewSet, basename="liquidity-graph")
router.register("buyers/feedback", FeedbackViewSet, basename="feedback")
router.register("buyers/deals", DealSentViewSet, basename="deals-sent")
router.register("buyers", MatchViewSet, basename="match")
urlpatterns = router.urls
