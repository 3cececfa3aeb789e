"""Requests that depend on earlier ones: repeated acts, refusals by the state of a row, the contact gate's reasons.

In paths and parameters `{task}` is the id of a row of the world or of an earlier request of the story.
"""

from datetime import timedelta
from typing import Any

from tests.recorded.walking import Request, Scene

NIGHT = timedelta(hours=14)  # 03:00 in Toronto
CALLER = {"phone": "+14165550198", "channel": "SMS"}  # the number of the lead `walked`
TASK, LADDER, CONTACT = "followups/task", "followups/ladder", "governance/contact"
RISK, TRIPWIRE = {"engine": "WHOLESALE"}, {"domain": "WHOLESALE", "metric": "contract_rate"}
PROOF = {"evidence": "form 1", "obtained_at": "2026-11-01T12:00:00Z"}
ON, WHY = {"province": "ON"}, {"reason": "test"}


def post(path: str, given: dict[str, Any] | None = None, **options: Any) -> Request:
    """A POST, by default by an operator."""
    return Request("", "good", "post", f"/api/{path}", given or {}, **options)


def get(path: str, given: dict[str, Any] | None = None, **options: Any) -> Request:
    """A GET, by default by an operator."""
    return Request("", "good", "get", f"/api/{path}", given or {}, **options)


def lead(lead_id: str, **about: Any) -> Request:
    """Upsert a lead."""
    return post("followups/leads/upsert", {"lead_id": lead_id, **about})


def ladder(lead_id: str, **about: Any) -> Request:
    """Start a ladder."""
    return post("followups/ladder/create", {"lead_id": lead_id, **ON, **about})


def message(text: str, *, keep: str = "sent", **about: Any) -> Request:
    """Record a message of the lead `walked`."""
    return post("followups/inbound", {**CALLER, "text": text, **about}, keep=keep)


def decided(row: str, meaning: str, **options: Any) -> Request:
    """Decide what a message means."""
    return post(f"followups/inbound/{row}/decide", {**WHY, "meaning": meaning}, **options)


OUTCOMES = ("REACHED", "NO_ANSWER", "LEFT_MESSAGE", "REPLIED", "APPOINTMENT", "NOT_INTERESTED", "WRONG_NUMBER", "OPTED_OUT")
LEADS = ("L1", "walked", "L2", "gone", "unknown", "nobody")
_TOLD: dict[str, list[list[Request]]] = {
    "outcomes": [[post(f"{TASK}/{{task}}/complete", {"outcome": outcome})] for outcome in OUTCOMES],
    "tasks": [
        [
            post(f"{TASK}/{{task}}/complete", {"outcome": "REACHED"}),
            post(f"{TASK}/{{task}}/complete", {"outcome": "OPTED_OUT"}),
            post(f"{TASK}/{{task}}/complete", {"outcome": "NO_ANSWER"}),
            post(f"{TASK}/{{task}}/snooze", {**WHY, "until": "2026-12-16T18:00:00Z"}),
            post(f"{TASK}/{{task}}/skip", WHY),
        ],
        [
            post(f"{TASK}/{{closed_task}}/complete"),
            post(f"{TASK}/{{others_task}}/complete", who="agent"),
            post(f"{TASK}/{{others_task}}/complete"),
            post(f"{TASK}/{{task}}/complete", {"contacted_at": "2026-12-11T08:00:00Z"}),
        ],
        [
            post(f"{TASK}/{{task}}/snooze", {**WHY, "until": "2026-12-14T18:00:00Z"}),
            post(f"{TASK}/{{task}}/snooze", {**WHY, "until": "2027-12-14T18:00:00Z"}),
            post(f"{TASK}/{{task}}/snooze", {**WHY, "until": "2026-12-16T18:00:00Z"}, who="agent"),
            post(f"{TASK}/{{task}}/skip", WHY, who="agent"),
            get("followups/events", {"task": "{task}"}),
        ],
    ],
    "claims": [
        [
            post("followups/due/claim", who="agent"),
            post("followups/due/claim", who="agent"),
            post("followups/due/claim", {"owner": "bryan"}),
            post(f"{TASK}/{{task}}/complete"),
            post(f"{TASK}/{{task}}/complete", {"force": True}),
            post(f"{TASK}/{{task}}/complete", {"force": True, "note": "they called"}),
            post("followups/due/renew", {"task_ids": ["{agents_task}", "{task}"]}, who="agent"),
            post("followups/due/release", {"task_ids": ["{agents_task}"]}, who="agent"),
            post("followups/due/release", {"task_ids": ["{agents_task}"]}, who="agent"),
            get("followups/due", {"include_blocked": True}, who="agent"),
        ],
        [
            post(
                "followups/vendors/upsert",
                {"name": "Calls", "registration_number": "C-1", "registration_expires_on": "2026-01-31"},
            ),
            post("followups/due/claim", {"owner": "va2"}),
        ],
        [post("followups/due/claim", after=NIGHT), post("followups/due/claim", who="agent", after=timedelta(days=5))],
    ],
    "ladders": [
        [ladder("gone"), ladder("walked"), ladder("walked", restart=True), ladder("new"), ladder("new", owner="anna")],
        [lead("twin", **ON, phone="+14165550198"), ladder("twin")],
        [
            lead("walked", status="DEAD"),
            ladder("walked"),
            ladder("walked", restart=True, **WHY),
            lead("walked", status="NEW"),
            lead("walked", status="NEW", **WHY),
        ],
        [lead("L1", status="NOT_INTERESTED"), ladder("L1"), ladder("L1", restart=True), ladder("L1", restart=True, **WHY)],
        [post(f"{TASK}/{{task}}/complete", {"outcome": "WRONG_NUMBER"}), ladder("walked")],
        [
            post(f"{LADDER}/{{ladder}}/cancel", WHY),
            post(f"{LADDER}/{{ladder}}/cancel", WHY),
            post(f"{LADDER}/{{ladder}}/reassign", {**WHY, "owner": "anna"}),
            ladder("walked"),
            ladder("walked", restart=True),
            ladder("walked", restart=True, **WHY),
            post(f"{LADDER}/{{ladder}}/restart", WHY),
        ],
        [post("followups/templates/upsert", {**ON, "enabled": False}), ladder("new")],
        [
            post(
                "followups/ladder/bulk",
                {"ladders": [{"lead_id": name, **ON} for name in ("new", "new", "walked", "gone", "L1", "\x7f")]},
            )
        ],
        [ladder("new", province="QC", market="Montréal"), ladder("pooled"), get("followups/tasks", {"lead_id": "pooled"})],
    ],
    "messages": [
        [message("STOP"), message("STOP"), message("START", keep="again")]
        + [
            post("followups/inbound/{again}/decide", {**WHY, "meaning": meaning})
            for meaning in ("RESUME", "RESUME", "REPLY")
        ],
        [message("STOP ALL"), message("ARRET", channel="EMAIL"), message("help"), message("help")],
        [
            message("leave me alone, all of you"),
            decided("{sent}", "REPLY", who="agent"),
            decided("{sent}", "OPT_OUT", who="agent"),
            decided("{sent}", "OPT_OUT"),
            get("followups/inbound/{sent}"),
        ],
        [message("STOP", channel="FAX", received_at="tomorrow", lead_id="a\x00b"), message("x" * 70_000)],
        [post("followups/replies/{followups/replies}/sent"), post("followups/replies/{followups/replies}/sent")],
        [post("followups/inbox/{message_item}/done", WHY), decided("{message}", "REPLY")],
        [post("followups/inbox/{followups/inbox}/done", WHY), post("followups/inbox/{followups/inbox}/done", WHY)],
    ],
    "consents": [
        [post(f"{CONTACT}/consents", {**CALLER, **PROOF, "basis": "PUBLICATION", "channel": "CALL"})],
        [post(f"{CONTACT}/consents", {**CALLER, **PROOF, "basis": "REFERRAL", "channel": "SMS"})],
        [post(f"{CONTACT}/consents", {**CALLER, **PROOF, "basis": "EXPRESS", "obtained_at": "2027-11-01T12:00:00Z"})],
        [post(f"{CONTACT}/consents", {**PROOF, "basis": "EXPRESS", "phone": "416 555 0198 ext 5"})],
        [post(f"{CONTACT}/consents", {**CALLER, **PROOF, "basis": "EXPRESS", "channel": "EMAIL"})],
        [post(f"{CONTACT}/contracts/end", {**CALLER, "ended_on": "2026-05-02", "evidence": "notice"})],
        [post(f"{CONTACT}/contracts/end", {"phone": "416 555 0123", "ended_on": "2026-04-02", "evidence": "notice"})],
        [
            post(f"{CONTACT}/opt-outs", CALLER),
            get(f"{CONTACT}/decide", {"lead_id": "walked", "channel": "SMS"}),
            post(f"{CONTACT}/opt-outs/lift", {**CALLER, **WHY}),
            post(f"{CONTACT}/opt-outs/lift", {**CALLER, **WHY}),
        ],
        [post(f"{CONTACT}/do-not-call", {"lead_id": "walked"}), get("followups/due", {"include_blocked": True})],
    ],
    "decisions": [
        *(
            [get(f"{CONTACT}/decide", {"lead_id": name, "channel": channel}, after=after)]
            for name in LEADS
            for channel in ("SMS", "CALL", "EMAIL")
            for after in (timedelta(), NIGHT)
        ),
        *(
            [get("governance/market/can-contact", {"lead_id": "walked", "channel": "SMS", "purpose": purpose, **answers})]
            for purpose in ("REPLY", "REQUESTED", "BUSINESS_INQUIRY")
            for answers in ({}, {"answers": "{read_message}"}, {"answers": 999_999_999})
        ),
        [post(f"{CONTACT}/explain", {"lead_ids": list(LEADS), "channel": "SMS"}, after=NIGHT)],
        [
            post("governance/market/policies/upsert", {**ON, "enabled": False}),
            get(f"{CONTACT}/decide", {"lead_id": "walked", "channel": "SMS"}),
            get("followups/sla", {"by": "owner"}),
        ],
    ],
    "offers": [
        [
            post("deals/offers/compute", {**ON, "arv": 0, "repairs": 0}),
            post("deals/offers/compute", {**ON, "arv": 100, "repairs": 201}),
            post("deals/offers/compute", {**ON, "arv": 100.005, "repairs": 0}),
            post("deals/offers/compute", {**ON, "arv": 100, "repairs": 200}),
            post("deals/offers/compute", {**ON, "arv": 1000, "repairs": 200, "advice": True}),
            post("deals/offers/compute", {**ON, "arv": 100, "repairs": 0, "comps": "x" * 70_000}),
            post("deals/offers/policies/upsert", {**ON, "enabled": False}),
            post("deals/offers/compute", {**ON, "arv": 100, "repairs": 0}),
        ],
    ],
    "risk": [
        [
            post("governance/risk/check-and-reserve", {**RISK, "amount": 1_000_000}),
            post("governance/risk/check-and-reserve", {"engine": "GLOBAL", "amount": 1}),
            post("governance/risk/policies/upsert", {**RISK, "enabled": True}),
            post("governance/risk/check-and-reserve", {**RISK, "amount": 5}, keep="five"),
            post("governance/risk/correct", {"reservation_id": "{five}", "realized_loss": 1, **WHY}),
            post("governance/risk/settle", {"reservation_id": "{five}", "reserved_amount": 6, **RISK}),
            post("governance/risk/settle", {"reservation_id": "{five}", "realized_loss": 7}, who="integrator"),
            post("governance/risk/settle", {"reservation_id": "{five}", "realized_loss": 2}),
            post("governance/risk/settle", {"reservation_id": "{five}", "realized_loss": 2}),
            post("governance/risk/correct", {"reservation_id": "{five}", "realized_loss": 1, **WHY}),
            get("governance/risk/ledger/today"),
        ],
    ],
    "control": [
        [
            post("governance/go-live/kill-switch/engage", WHY),
            post("governance/go-live/kill-switch/engage", WHY),
            get("followups/due"),
            get(f"{CONTACT}/decide", {"lead_id": "walked", "channel": "SMS"}),
            post("governance/go-live/kill-switch/release", WHY),
            post("governance/go-live/kill-switch/release", WHY),
        ],
        [
            post("governance/regression/triggers/{trigger}/undo", WHY),
            post("governance/regression/triggers/{trigger}/undo", WHY),
            post("governance/regression/evaluate", TRIPWIRE),
        ],
        [
            post("governance/regression/policies/upsert", {**TRIPWIRE, "method": "CUSUM", "enabled": True}),
            post("governance/regression/baseline/approve", {**TRIPWIRE, **WHY}),
            post("governance/regression/policies/upsert", {**TRIPWIRE, "method": "CUSUM", "enabled": True}),
            post("governance/regression/evaluate", TRIPWIRE),
        ],
        [
            post(
                "followups/sla/policies/upsert",
                {**ON, "channel": "CALL", "warn_after_minutes": 90, "breach_after_minutes": 60},
            )
        ],
        [post("followups/outcomes/upsert", {"outcome": "OPTED_OUT", "effect": "GO_ON"})],
        [post("followups/outcomes/upsert", {"outcome": "REPLIED", "effect": "GO_ON", "pause_days": 3})],
        [
            post(
                "followups/templates/upsert",
                {"province": "QC", "enabled": True, "steps": [{"delay_minutes": 0, "channel": "SMS", "script_fr": "Allô"}]},
            )
        ],
    ],
}


def _numbered(scenes: list[list[Request]]) -> list[Scene]:
    return [
        Scene(tuple(Request(**{**vars(one), "name": f"{place}.{n} {one.path}"}) for n, one in enumerate(scene, start=1)))
        for place, scene in enumerate(scenes, start=1)
    ]


STORIES = {name: _numbered(scenes) for name, scenes in _TOLD.items()}
