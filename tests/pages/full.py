"""Time the pages that people look at all day, and searches, in a year of a large organisation. PostgreSQL only.

python -m tests.postgres python -m tests.pages.full --leads 200000

Each line has medians in milliseconds: the processor time in all, which is held against the limit, the part of it in Python
and in the database, and the time by the clock, which grows with whatever else the machine does.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import django
import psycopg

from tests.pages.measure import measure
from tests.pages.world import RICH, fill
from tests.served import ENVIRONMENT, fresh_database

LEAD_MAX, TODAY_MAX, LIST_MAX, NEXT_MAX = 150, 300, 200, 100  # milliseconds
LISTS = (
    *("followups/lead/", "followups/lead/?status__exact=NEW", "followups/lead/?followup=due", "followups/followuptask/"),
    *("followups/followuptask/?state=due", "followups/followuptask/?state=all", "followups/contactattempt/"),
    *("followups/inboxitem/", "followups/inboundmessage/", "followups/followupladder/", "offers/offer/"),
    *("offers/offerevidence/", "buyers/buyer/"),
    *(f"kpi/kpievent/{chosen}" for chosen in ("", "?province__exact=ON", "?province__exact=NU", "?domain=CAPITAL")),
)
# Words that many rows have, that few have, that none has; numbers in several spellings; an address, an id, a market.
SOUGHT = {
    "followups/lead/": (
        *("jane", "roe", "jane roe-3691", "jane nobody", "514 200 3737", "+1 (514) 200-3737", "(514)2003737"),
        *("lead777@example.ca", "777 rue", "L777", "TORONTO"),
    ),
    "followups/followuptask/": ("L1920", "va3", "va7", "nobody"),
    "followups/inboxitem/": ("L1920", "nobody"),
    "followups/inboundmessage/": ("L1920",),
    "offers/offer/": ("1920", "nobody"),
    "buyers/buyer/": ("roy", "roy 777", "416 200 0777"),
    "kpi/kpievent/": ("followup_completed", "bench-777", "777", "nobody"),
}
FOUND = ("jane", "helene trem", "jane nobody", "+1 (514) 200-3737", "lead777@example.ca", "777 rue", "L777")
_HTMX = {"HX-Request": "true"}


class Asked(NamedTuple):
    """What is asked of the server, for which role, and the limit of its processor time."""

    role: str
    name: str
    most: int
    ask: Callable[[], Any]


def main() -> int:
    """Fill, ask and print. Return 1 if something takes too long."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=200_000)
    parser.add_argument("--only", default="", help="a part of the names of what is asked")
    options = parser.parse_args()
    with fresh_database() as url:
        with psycopg.connect(url, autocommit=True) as postgres:
            fill(postgres, options.leads)
        os.environ.update(
            ENVIRONMENT, DATABASE_URL=url, DJANGO_SETTINGS_MODULE="wholesale.settings", ALLOWED_HOSTS="testserver"
        )
        django.setup()
        return report(options.only)


def report(only: str = "") -> int:
    """Ask and print. Return 1 if something takes too long."""
    slow = 0
    sys.stdout.write(f"{'':54} {'limit':>6} {'taken':>6} = {'python':>6} + {'database':>8} {'by the clock':>13}\n")
    for one in asked():
        if only in f"{one.role} {one.name}":
            taken = measure(one.ask)
            slow += taken.processor > one.most
            sys.stdout.write(
                f"{one.role:9} {one.name:44} {one.most:6} {taken.processor:6.0f} = {taken.python:6.0f} +"
                f" {taken.database:8.0f} {taken.wall:13.0f}{'  too long' if taken.processor > one.most else ''}\n"
            )
            sys.stdout.flush()
    return 1 if slow else 0


def asked() -> Iterator[Asked]:
    """Everything that is asked, of an operator, of an agent, and of an agent who is in the pool of a large place."""
    from followups.models import Lead
    from wholesale.console.today.parts import PARTS

    lead = f"/admin/followups/lead/{Lead.objects.get(lead_id=RICH).pk}/change/"
    for role, client in _clients().items():

        def page(path: str, client: Any = client) -> Callable[[], Any]:
            return lambda: client.get(path, secure=True)

        def part(path: str, client: Any = client) -> Callable[[], Any]:
            return lambda: client.get(path, headers=_HTMX, secure=True)

        def find(text: str, client: Any = client) -> Callable[[], Any]:
            return lambda: client.post("/admin/find/", {"text": text}, secure=True)

        yield Asked(role, "a lead's page", LEAD_MAX, page(lead))
        if role == "operator":
            yield Asked(role, "the trace of a request of all", LEAD_MAX, page("/admin/kpi/kpievent/trace/bench/"))
            for days in (7, 30, 90):
                yield Asked(role, f"Today, {days} days", TODAY_MAX, page(f"/admin/?days={days}"))
                for name in PARTS:
                    yield Asked(
                        role, f"Today, {days} days: {name}", TODAY_MAX, part(f"/admin/today/parts/{name}/?days={days}")
                    )
            yield Asked(role, "SLA of 60 days by market", TODAY_MAX, page(sla()))
        else:
            yield Asked(role, "the queue", LIST_MAX, page("/admin/followups/followuptask/queue/"))
            yield Asked(role, "outcome and next card", NEXT_MAX, _working(client))
        yield Asked(role, "the inbox", LIST_MAX, page("/admin/followups/followuptask/inbox/"))
        yield Asked(role, "answered, and the next item", NEXT_MAX, _answering(client))
        searches = [f"{path}?q={text.replace('+', '%2B')}" for path, texts in SOUGHT.items() for text in texts]
        for path in (*LISTS, *searches):
            if not (role != "operator" and path.startswith(("offers/", "buyers/", "kpi/"))):
                yield Asked(role, path, LIST_MAX, page(f"/admin/{path}"))
        for text in FOUND:
            yield Asked(role, f"find {text}", LIST_MAX, find(text))


def sla() -> str:
    """The address of the report of the SLA of 60 days by market."""
    from datetime import timedelta

    from django.utils import timezone

    day = f"{timezone.now() - timedelta(days=60):%Y-%m-%d}"
    return f"/admin/followups/followuptask/sla/?by=market&since={day}"


def _clients() -> dict[str, Any]:
    from django.contrib.auth.models import Group, User
    from django.test import Client

    boss, _new = User.objects.get_or_create(username="boss", defaults={"is_staff": True})
    boss.groups.set(Group.objects.filter(name="operator"))
    clients = {"operator": Client(), "agent": Client(), "in a pool": Client()}
    for client, name in zip(clients.values(), ("boss", "va0", "va1"), strict=True):
        client.force_login(User.objects.get(username=name))
    return clients


def _working(client: Any) -> Callable[[], Any]:
    """Say what came of the task at hand. The next card comes with the answer, and the last outcome is recorded."""
    queue = "/admin/followups/followuptask/queue/"
    shown: list[int] = []

    def post(**data: Any) -> Any:
        answer = client.post(queue, data, headers=_HTMX, secure=True)
        shown[:] = [int(part.split(b'"')[0]) for part in answer.content.split(b'name="task" value="')[1:2]]
        return answer

    def work() -> Any:
        if not shown:
            post(act="next")
        return post(act="complete", task=shown[0], card=shown[0], outcome="NO_ANSWER")

    return work


def _answering(client: Any) -> Callable[[], Any]:
    """Answer the item that the inbox shows. The next item comes with the answer."""
    inbox = "/admin/followups/followuptask/inbox/"

    def part() -> Any:
        return client.get(inbox, headers=_HTMX, secure=True)

    state: dict[str, bytes] = {}

    def answer() -> Any:
        content = state.get("content") or part().content
        item = content.split(b'name="item" value="')[1].split(b'"')[0].decode()
        act = (
            {"act": "decide", "meaning": "REPLY"} if b'name="meaning"' in content else {"act": "answered", "answer": "call"}
        )
        found = client.post(inbox, {"item": item, **act}, headers=_HTMX, secure=True)
        state["content"] = found.content
        return found

    return answer


if __name__ == "__main__":
    sys.exit(main())
