"""What Today reads of leads, offers, buyers and of what waits: one query each."""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import CharField, Count, IntegerField, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from buyers.book.models import BuyerImport
from buyers.liquidity.models import INVENTED, BuyerLiquidityNode
from followups.leads.inbox.models import InboxItem
from followups.leads.lists.models import LeadImport
from followups.leads.models import Lead
from offers.comps.models import SaleImport
from offers.deals.life.models import Offer
from offers.deals.life.states import State
from wholesale.plumbing.days import Compared
from wholesale.plumbing.vocabulary import WALKTHROUGH_MARK

STUCK_AFTER = timedelta(minutes=10)  # a background task that waits longer has no worker
IMPORTS = {
    "followups.view_leadimport": LeadImport,
    "buyers.view_buyerimport": BuyerImport,
    "offers.view_saleimport": SaleImport,
}


class NewLeads(NamedTuple):
    """The leads that came in some days, by province and by what they are now, and how many came in the span before."""

    by_province: Counter[str]
    by_status: Counter[str]
    previous: int


def new_leads(span: Compared) -> NewLeads:
    """Count the leads that came (by the index `lead_created`)."""
    rows = (
        Lead.objects.filter(span.in_either("created_at"))
        .order_by()
        .values("province", "status")
        .annotate(current=Count("id", filter=Q(created_at__gte=span.since)), every=Count("id"))
    )
    by_province, by_status, previous = Counter[str](), Counter[str](), 0
    for row in rows:
        by_province[row["province"]] += row["current"]
        by_status[row["status"]] += row["current"]
        previous += row["every"] - row["current"]
    return NewLeads(+by_province, +by_status, previous)


class SentOffer(NamedTuple):
    """An offer that was sent, or of which an answer was told, in these days or in the span before."""

    province: str
    sent_at: datetime
    told_at: datetime | None  # when its acceptance or refusal was counted
    accepted: bool
    contracted: bool
    closed: bool
    lead_id: str | None
    lead_came_at: datetime | None


def offers_of(span: Compared) -> list[SentOffer]:
    """Return the offers of these days and of the span before. An organisation sends some dozens a day."""
    offers = Offer.objects.filter(span.in_either("sent_at") | span.in_either("acceptance_told_at"), sent_at__isnull=False)
    rows = (
        offers.exclude(correlation_id__startswith=WALKTHROUGH_MARK)
        .order_by()
        .values_list(
            *(
                "province",
                "sent_at",
                "acceptance_told_at",
                "accepted_at",
                "contracted_at",
                "state",
                "lead_id",
                "lead__created_at",
            )
        )
    )
    return [
        SentOffer(
            province,
            sent_at,
            told_at,
            told_at is not None and accepted_at is not None and accepted_at <= told_at,
            contracted_at is not None,
            state == State.CLOSED,
            lead_id,
            came_at,
        )
        for province, sent_at, told_at, accepted_at, contracted_at, state, lead_id, came_at in rows
    ]


class WaitingCount(NamedTuple):
    """What waits for somebody: `what` is one of the words below, `about` says more, and two numbers count."""

    what: str
    about: str
    number: int
    of_these: int


INBOX, DOUBTFUL, FAILED, STUCK, IMPORT, NODE = "inbox", "doubtful", "failed", "stuck", "import", "node"


def waiting(
    now: datetime, span: Compared, *, inbox: bool, work: bool, imports: Collection[str], liquidity: bool
) -> list[WaitingCount]:
    """Return what waits (one query): inbox items with those that are late, failed and
    stuck background tasks, imports with refused rows; and for the map, the active buyers of each province."""
    parts = [*_parts(now, span, inbox=inbox, work=work, imports=imports, liquidity=liquidity)]
    if not parts:
        return []
    return [one for row in parts[0].union(*parts[1:], all=True) if (one := WaitingCount(*row)).number]


def _parts(
    now: datetime, span: Compared, *, inbox: bool, work: bool, imports: Collection[str], liquidity: bool
) -> Iterator[QuerySet[Any, Any]]:
    if inbox:
        items = InboxItem.objects.filter(done_at__isnull=True).order_by()
        late = Count("pk", filter=Q(due_by__lt=now))
        yield _counted(items.exclude(kind=InboxItem.Kind.MESSAGE), INBOX, late)
        yield _counted(items.filter(kind=InboxItem.Kind.MESSAGE), DOUBTFUL, late)
    if work:
        tasks = DBTaskResult.objects.order_by()
        yield _counted(tasks.filter(status=TaskResultStatus.FAILED, finished_at__gte=span.since), FAILED, Count("pk"))
        waits = tasks.filter(status=TaskResultStatus.READY, run_after__lt=now - STUCK_AFTER)
        yield _counted(waits, STUCK, Count("pk"))
    for permission in imports:
        model = IMPORTS[permission]
        refused = model._default_manager.filter(created_at__gte=span.since, refused__gt=0).order_by()
        name = Value(model._meta.label_lower, CharField())
        yield refused.annotate(what=Value(IMPORT, CharField()), about=name).values_list(
            "what", "about", Cast("refused", IntegerField()), Cast("pk", IntegerField())
        )
    if liquidity:
        nodes = BuyerLiquidityNode.objects.exclude(INVENTED).order_by().values("province")
        yield nodes.annotate(
            what=Value(NODE, CharField()),
            number=Cast(Sum("active_buyer_count"), IntegerField()),
            nodes=Cast(Count("pk"), IntegerField()),
        ).values_list("what", "province", "number", "nodes")


def _counted(rows: QuerySet[Any, Any], what: str, of_these: Any) -> QuerySet[Any, Any]:
    """One row that counts these rows, or none if there are none."""
    named = rows.annotate(what=Value(what, CharField()), about=Value("", CharField())).values("what", "about")
    counted = named.annotate(number=Cast(Count("pk"), IntegerField()), of_these=Cast(of_these, IntegerField()))
    return counted.values_list("what", "about", "number", "of_these")
