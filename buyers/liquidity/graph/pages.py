"""The admin's pages of the graph: the drawing with its table, and the buyers of a node with those of its neighbours."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from buyers.book.models import Buyer
from buyers.liquidity.figures import Event
from buyers.liquidity.graph.layout import Circle, laid_out
from buyers.liquidity.graph.neighbours import ACTIVE, Ground, neighbours
from buyers.liquidity.graph.services import joined, liquidity_nodes
from buyers.liquidity.models import BuyerLiquidityNode
from buyers.liquidity.words import buyers_url, market_text, named, placed, rate_text
from governance import gate
from governance.clocks.markets import one_market
from wholesale.plumbing.codes import property_text
from wholesale.plumbing.lookups import among
from wholesale.plumbing.showing import shown_number, shown_rate, shown_time
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH, Province, normalise_word

NODES_MAX = 150  # in the drawing and the table, those with most active buyers
DRAWN_MAX = 120  # edges in the drawing; more are a tangle
BUYERS_MAX = 200  # on the page of a node
BESIDE_MAX = 3  # nodes that a row of the table names
# The lower bounds of the colours, from pale to full: the probability that an offered deal is answered and bought.
STEPS = (0.0, 0.05, 0.1, 0.2, 0.35)
LITTLE_KNOWN = 3.0  # below so many events of responding a node's outline is dashed
_LETTER = 7.6  # the width of a letter in a node
_BELOW = 13.0  # from a market's lowest node down to its name
_SHRUNK, _ENLARGED = 0.95, 1.4  # of the drawing, at most; on a narrower page it scrolls
_THIN, _THICK = 1.2, 7.0  # of edges
_BEND = 0.12  # of an edge, of its length
HEADERS = (
    *(_("Place"), _("Property type"), _("Active buyers"), _("Score"), _("Responds (90%)"), _("Buys if decided (90%)")),
    *(_("Events"), _("Shares most buyers with")),
)


class ProvinceForm(forms.Form):
    """The filter by province."""

    province = forms.ChoiceField(
        label=_("Province"),
        choices=[("", _("All of Canada")), *Province.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )


class GraphForm(ProvinceForm):
    """The filters of the graph."""

    market = forms.CharField(
        label=_("Market"), max_length=LABEL_MAX_LENGTH, required=False, widget=UnfoldAdminTextInputWidget
    )
    property_type = forms.CharField(
        label=_("Property type"), max_length=LABEL_MAX_LENGTH, required=False, widget=UnfoldAdminTextInputWidget
    )

    def clean_market(self) -> str:
        market = _word(self.cleaned_data["market"])
        return one_market(self.cleaned_data.get("province") or None, market) if market else ""

    def clean_property_type(self) -> str:
        return _word(self.cleaned_data["property_type"])


def _word(text: str) -> str:
    try:
        return normalise_word(text) if text else ""
    except ValueError as error:
        raise forms.ValidationError(gettext("Must be 1 to 64 letters, digits, spaces or hyphens.")) from error


# The graph --------------------------------------------------------------------------------------------------------------


def graph_page(request: HttpRequest, model_admin: ModelAdmin) -> HttpResponse:
    """Show the graph of liquidity nodes, and its figures as a table."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    form = GraphForm(request.GET)
    context = {**model_admin.admin_site.each_context(request), "title": gettext("Liquidity graph"), "form": form}
    if form.is_valid():
        wanted = Q(**{name: value for name, value in form.cleaned_data.items() if value})
        nodes = sorted(liquidity_nodes(wanted, timezone.now()), key=lambda node: -node["size"])
        graph = joined(nodes[:NODES_MAX])
        context |= {"graph": graph, "drawing": _drawing(graph), "table": _table(graph), "legend": _legend()}
        context |= {"left_off": len(graph["edges"]) + graph["edges_left_off"] - DRAWN_MAX}
        context |= {"nodes_left_off": len(nodes) - len(graph["nodes"]), "heat_url": _heat_url(form.cleaned_data["province"])}
    return TemplateResponse(request, "admin/buyers/graph.html", context)


def _heat_url(province: str) -> str:
    return reverse("admin:buyers_buyerliquiditynode_heat", query={"province": province} if province else None)


class DrawnNode(NamedTuple):
    """A node in the drawing."""

    at: Circle
    url: str
    label: str  # for a pointer and for a screen reader
    word: str  # in the circle, if it fits
    step: int  # its colour
    is_little_known: bool


def _drawing(graph: Mapping[str, Any]) -> dict[str, Any]:
    layout = laid_out(graph["nodes"])
    edges = graph["edges"][:DRAWN_MAX]
    heaviest = max((edge["shared"] for edge in edges), default=1)
    lines = [_line(layout.nodes, edge, heaviest) for edge in reversed(edges)]  # the heaviest on top
    nodes = [_drawn(node, layout.nodes[node["id"]]) for node in graph["nodes"]]
    return {
        "layout": layout,
        "provinces": [(Province(one.name).label, one.around) for one in layout.provinces],
        "markets": [
            (market_text(one.name), one.around, one.around.y + one.around.radius + _BELOW) for one in layout.markets
        ],
        "widths": (round(layout.width * _SHRUNK), round(layout.width * _ENLARGED)),
        "lines": lines,
        "nodes": nodes,
    }


def _line(nodes: Mapping[int, Circle], edge: Mapping[str, int], heaviest: int) -> dict[str, Any]:
    """The curve of an edge. It bends a little, so that edges along one line can be told apart."""
    one, other = nodes[edge["node"]], nodes[edge["other"]]
    across, down = other.x - one.x, other.y - one.y
    bend = one.x + across / 2 - down * _BEND, one.y + down / 2 + across * _BEND
    weight = edge["shared"] / heaviest
    path = f"M{one.x:.1f} {one.y:.1f}Q{bend[0]:.1f} {bend[1]:.1f} {other.x:.1f} {other.y:.1f}"
    return {
        "path": path,
        "width": f"{_THIN + (_THICK - _THIN) * weight:.1f}",
        "opacity": f"{0.28 + 0.45 * weight:.2f}",
        "shared": edge["shared"],
    }


def _drawn(node: Mapping[str, Any], at: Circle) -> DrawnNode:
    rates = node["posterior"]
    chance = rates["response"]["mean"] * rates["close"]["mean"]
    word = node["property_type"]  # the code is short enough to stand in a circle
    label = ngettext(
        "%(node)s: %(size)s active buyer, score %(score)s, responds %(response)s, buys if decided %(close)s",
        "%(node)s: %(size)s active buyers, score %(score)s, responds %(response)s, buys if decided %(close)s",
        node["size"],
    ) % {
        "node": named(node),
        "size": node["size"],
        "score": shown_number(node["score"], 2),
        "response": rate_text(rates["response"]),
        "close": rate_text(rates["close"]),
    }
    return DrawnNode(
        at,
        buyers_url(node["id"]),
        label,
        word if len(word) * _LETTER <= 2 * at.radius - 4 else "",
        max(n for n, least in enumerate(STEPS) if chance >= least),
        rates["response"]["events"] < LITTLE_KNOWN,
    )


def _legend() -> list[tuple[int, str]]:
    """Each colour, with the probabilities that it stands for."""
    bounds = [shown_rate(least) for least in STEPS]
    between = [gettext("%(low)s to %(high)s") % {"low": low, "high": high} for low, high in pairwise(bounds)]
    return list(enumerate([*between, gettext("%(least)s or more") % {"least": bounds[-1]}]))


def _table(graph: Mapping[str, Any]) -> dict[str, Any]:
    names = {node["id"]: named(node) for node in graph["nodes"]}
    beside: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for edge in graph["edges"]:
        beside[edge["node"]].append((edge["other"], edge["shared"]))
        beside[edge["other"]].append((edge["node"], edge["shared"]))
    return {"headers": HEADERS, "rows": [_row(node, beside[node["id"]], names) for node in graph["nodes"]]}


def _row(node: Mapping[str, Any], beside: Sequence[tuple[int, int]], names: Mapping[int, str]) -> list[Any]:
    rates = node["posterior"]
    return [
        format_html('<a href="{}" class="text-link">{}</a>', buyers_url(node["id"]), placed(node)),
        property_text(node["property_type"]),
        shown_number(node["size"]),
        shown_number(node["score"], 2),
        rate_text(rates["response"]),
        rate_text(rates["close"]),
        f"{shown_number(rates['response']['events'], 1)} / {shown_number(rates['close']['events'], 1)}",
        "; ".join(f"{names[other]} ({shared})" for other, shared in beside[:BESIDE_MAX]) or "-",
    ]


# The buyers of a node ---------------------------------------------------------------------------------------------------


def buyers_page(request: HttpRequest, model_admin: ModelAdmin, object_id: str) -> HttpResponse:
    """Show the active buyers of a node, and the buyers of its neighbours."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    node = model_admin.get_object(request, object_id)
    if node is None:
        raise Http404
    context = {
        **model_admin.admin_site.each_context(request),
        "title": gettext("Buyers of %(node)s") % {"node": node},
        "node": node,
        "active": _active_table(node),
        "graph_url": reverse("admin:buyers_buyerliquiditynode_graph", query={"province": node.province}),
        "node_url": reverse("admin:buyers_buyerliquiditynode_change", args=[node.pk]),
        **(_beside(node) if request.user.has_perm("buyers.match_buyers") else {}),
    }
    return TemplateResponse(request, "admin/buyers/node_buyers.html", context)


def _active_table(node: BuyerLiquidityNode) -> dict[str, Any]:
    rows: list[Any] = list(
        ACTIVE.filter(node=node)
        .values("buyer_id")
        .annotate(
            responded=Count("pk", filter=Q(event=Event.RESPONDED)),
            bought=Count("pk", filter=Q(event=Event.BOUGHT)),
            last=Max("created_at"),
        )
        .order_by("-bought", "-responded", "buyer_id")[:BUYERS_MAX]
    )
    known = _known([row["buyer_id"] for row in rows])
    return {
        "headers": [gettext("Buyer"), gettext("Status"), gettext("Responded"), gettext("Bought"), gettext("Last")],
        "rows": [
            [*_buyer(row["buyer_id"], known), row["responded"], row["bought"], shown_time(row["last"])] for row in rows
        ],
    }


def _beside(node: BuyerLiquidityNode) -> dict[str, Any]:
    """The part of the page about the node's neighbours."""
    try:
        found = neighbours(province=node.province, market=node.market, property_type=node.property_type)
    except gate.LedgerUnreadable as error:
        return {"unreadable": error.shown}
    known = _known([one["buyer_id"] for one in found["buyers"]])
    names = {one["id"]: named(one) for one in found["neighbours"]}
    rows = [
        [*_buyer(one["buyer_id"], known), one["shared"] or "-", "; ".join(names[at] for at in one["nodes"][:BESIDE_MAX])]
        for one in found["buyers"]
    ]
    return {
        "ground": Ground(found["ground"]).label,
        "beside": {"headers": [gettext("Buyer"), gettext("Status"), gettext("Shared"), gettext("Active at")], "rows": rows},
        "nodes_beside": [
            (names[one["id"]], buyers_url(one["id"]), one["shared"], one["active_buyer_count"])
            for one in found["neighbours"][:12]
        ],
    }


def _known(buyer_ids: Sequence[str]) -> dict[str, Buyer]:
    return {buyer.buyer_id: buyer for buyer in Buyer.objects.filter(buyer_id__in=among(buyer_ids))}


def _buyer(buyer_id: str, known: Mapping[str, Buyer]) -> tuple[Any, str]:
    """The buyer's name, as a link to the page where the book has one, and the status."""
    buyer = known.get(buyer_id)
    if buyer is None:
        return buyer_id, gettext("not in the book")
    try:
        url = reverse("admin:buyers_buyer_change", args=[buyer.pk])
    except NoReverseMatch:
        return str(buyer), buyer.get_status_display()
    return format_html('<a href="{}" class="text-link">{}</a>', url, buyer), buyer.get_status_display()
