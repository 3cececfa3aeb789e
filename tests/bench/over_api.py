"""The rows that the operations of MORE need, made over the API, which is the same for every revision."""

from collections.abc import Mapping

import httpx

from tests.bench import data
from tests.bench.operations import PLACES
from tests.bench.server import Site

LEADS = data.DUE // data.STEPS  # one of each due ladder
LADDERS_AT_ONCE = 1_000
_GRANTED = {"basis": "EXPRESS", "obtained_at": "2026-01-05T15:00:00Z", "evidence": "form 1", "channel": "SMS"}


def furnish(site: Site, *, texts: int) -> None:
    """Set the sender, make a lead with a consent to texts for each due ladder, remove all caps of risk, and start so many
    more ladders, whose first text is due at once.

    Raises:
        HTTPStatusError: the revision refuses one of them.

    """
    with httpx.Client(base_url=f"{site.url}/api", headers={"Authorization": f"Token {site.token}"}, timeout=60) as client:
        sender = {"name": "Bench", "mailing_address": "1 King Street, Toronto", "contact": "416-555-0100"}
        _post(client, "governance/contact/organisation/upsert", sender)
        for engine in ("GLOBAL", "WHOLESALE"):
            caps = {"max_daily_loss": 0, "max_daily_exposure": 0, "max_open_risk": 0, "enabled": True}
            _post(client, "governance/risk/policies/upsert", {"engine": engine, **caps})
        for n in range(1, LEADS + 1):
            lead = {"lead_id": f"due-{n}", "province": _province(n), "market": data.ALWAYS, "phone": f"+1416{2_000_000 + n}"}
            _post(client, "followups/leads/upsert", lead)
            _post(client, "governance/contact/consents", {"lead_id": lead["lead_id"], **_GRANTED})
        for beginning in range(0, texts, LADDERS_AT_ONCE):
            ladders = [_ladder(n) for n in range(beginning, min(beginning + LADDERS_AT_ONCE, texts))]
            _post(client, "followups/ladder/bulk", {"ladders": ladders})


def _province(n: int) -> str:
    """The province that data.py gives to the n-th ladder."""
    return PLACES[n % len(PLACES)][0]


def _ladder(n: int) -> dict[str, str]:
    return {"lead_id": f"text-{n}", "province": _province(n), "market": data.ALWAYS, "owner": f"va{n % 20}"}


def _post(client: httpx.Client, path: str, body: Mapping[str, object]) -> None:
    client.post(path, json=body).raise_for_status()
