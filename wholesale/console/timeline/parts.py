"""What a page about a person, a deal or a request consists of, as plain values for its template."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.admin import ModelAdmin

from governance import gate
from governance.channels import Channel
from governance.gate import ContactAnswer, Reason
from governance.people import PersonFacts
from kpi.trace.entries import TraceEntry, TraceKind, TraceMark
from kpi.trace.services import kinds_of, trace
from kpi.trace.sources import About, Traced

# A person is not reached by this channel again, however long one waits: the number is not shown either.
_NEVER = frozenset({Reason.OPTED_OUT})
_VERBS = {Channel.CALL: pgettext_lazy("to do", "Call"), Channel.SMS: _("Text"), Channel.EMAIL: _("E-mail")}
_ICONS = {Channel.CALL: "call", Channel.SMS: "sms", Channel.EMAIL: "mail"}


# May we contact ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WayToPerson:
    """A channel to a person: whether it may be used now, why not, from when on, and the link that uses it."""

    channel: Channel
    allowed: bool
    is_opted_out: bool
    why: Sequence[str]
    next_at: datetime | None  # where only time refuses
    reached_at: str  # the number or address; empty if there is none, and after an opt-out

    @property
    def label(self) -> str:
        """The channel in words."""
        return str(self.channel.label)

    @property
    def verb(self) -> str:
        """What the link does, in a word."""
        return str(_VERBS[self.channel])

    @property
    def icon(self) -> str:
        """The symbol of the channel."""
        return _ICONS[self.channel]

    @property
    def state(self) -> str:
        """In which colour it is shown: open, closed, or never."""
        return "open" if self.allowed else "never" if self.is_opted_out else "closed"

    @property
    def link(self) -> str:
        """The address that dials the number or begins a message. Empty where contact is not permitted now."""
        if not (self.allowed and self.reached_at):
            return ""
        scheme = {Channel.CALL: "tel", Channel.SMS: "sms", Channel.EMAIL: "mailto"}[self.channel]
        return f"{scheme}:{quote(self.reached_at, safe='+@')}"


@dataclass(frozen=True, slots=True)
class Reach:
    """The ways to a person, and the zone of its clock. None: it is not known."""

    ways: Sequence[WayToPerson]
    zone: tzinfo | None
    now: datetime

    @property
    def is_opted_out(self) -> bool:
        """Whether the person opted out of every channel."""
        return all(way.is_opted_out for way in self.ways)

    @property
    def closed_for_good(self) -> str:
        """The channels that the person opted out of, in words; empty if there are none."""
        return ", ".join(way.label for way in self.ways if way.is_opted_out)


def reach_of(person: PersonFacts, now: datetime) -> Reach:
    """Ask the gate about all channels to a person at once, in one query. Nothing is written."""
    answers = gate.decide_contacts([gate.contact_without_step(person, channel) for channel in Channel], at=now)
    return Reach([way_of(answer) for answer in answers], answers[0].verdict.zone, now)


def way_of(answer: ContactAnswer) -> WayToPerson:
    """Return the way to a person that the gate judged, in the words of the page."""
    channel, verdict, person = Channel(answer.contact.channel), answer.verdict, answer.contact.person
    is_never = not _NEVER.isdisjoint(verdict.reasons)
    return WayToPerson(
        channel,
        verdict.allowed,
        is_never,
        answer.why,
        verdict.next_allowed_at,
        "" if is_never else person.email if channel == Channel.EMAIL else person.phone,
    )


# The feed ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A choice of the feed: its name, its address, and whether it is chosen."""

    name: str
    link: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of the feed: its lines, the choice of kinds, and the address of the page that follows."""

    entries: Sequence[TraceEntry]
    kinds: Sequence[FeedLink]
    older: str
    is_beginning: bool  # whether it holds the newest lines
    zone: tzinfo | None = None  # of the person's clock
    request_id: str = ""  # of the page of a request, on which no line links to it


def feed_of(request: HttpRequest, traced: Traced, zone: tzinfo | None = None) -> Feed:
    """Return the page of the feed that the request asks for. What it asks for and nobody knows is left out."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in TraceKind.values else ""
    before = _mark_of(request.GET.get("before", ""))
    found = trace(traced, user=request.user, before=before, kinds=[kind] if kind else ())
    choices = [("", _("All")), *((one.value, one.label) for one in kinds_of(traced.about))]
    kinds = [FeedLink(str(name), _address(request, value), value == kind) for value, name in choices]
    older = _address(request, kind, str(found.next)) if found.next else ""
    request_id = traced.id if traced.about is About.REQUEST else ""
    return Feed(found.entries, kinds, older, before is None, zone, request_id)


def _mark_of(text: str) -> TraceMark | None:
    try:
        return TraceMark.read(text) if text else None
    except (ValueError, OverflowError):
        return None


def _address(request: HttpRequest, kind: str, before: str = "") -> str:
    query = {name: value for name, value in (("kind", kind), ("before", before)) if value}
    return f"{request.path}?{urlencode(query)}" if query else request.path


def is_feed_asked(request: HttpRequest) -> bool:
    """Whether htmx asks for the feed alone."""
    return bool(request.htmx)  # type: ignore[attr-defined]


def feed_page(request: HttpRequest, feed: Feed) -> HttpResponse:
    """Return the feed alone, or only its lines if it follows another page."""
    part = "feed" if feed.is_beginning else "feed_lines"
    return TemplateResponse(request, f"console/parts/{part}.html", {"feed": feed})


# Buttons -------------------------------------------------------------------------------------------------------------------


def buttons_of(model_admin: ModelAdmin, request: HttpRequest, row: Any, names: Collection[str]) -> list[dict[str, Any]]:
    """Return those of a row's buttons with these names that the user may press: title, address, colour."""
    allowed = model_admin.get_actions_detail(request, str(row.pk))
    found: list[dict[str, Any]] = model_admin._get_actions_navigation(list(names), allowed, str(row.pk))
    return found
