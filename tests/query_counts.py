"""The number of queries of each operation, without those that begin and end a transaction. Counting tests read it here.

A figure that grows is a decision: say in the commit what the new query is for.
"""

from django.db import connection
from django.test.utils import CaptureQueriesContext

QUERIES: dict[str, int | dict[str, int]] = {
    # Reads over the API with a cached token
    "GET followups/due": 2,  # the tasks; what the gate knows about them all
    "GET followups/sla": 1,
    "GET governance/market/can-contact": 1,
    "GET governance/market/effective": 1,
    "GET buyers/liquidity/score": 1,
    "GET buyers/liquidity/score of an unknown node": 3,  # no node; the prior of its place; who buys there
    "GET governance/contact/decide": 2,  # the lead; the rules and the ledger
    "GET buyers/book, at most": 4,  # the buyers; their boxes; the boxes' places; what they did about deals
    "GET of neighbours and of what fits a buyer, at most": 6,
    "GET of anything else, at most": 2,
    "GET followups/replies, at most": 6,
    "GET governance/runbook/status, at most": 12,
    "POST governance/contact/explain": 2,
    # Acts over the API, outside a transaction. On PostgreSQL several statements are one message
    # (tests/plans/test_round_trips.py counts these), and all rows are one statement.
    "create a ladder of nobody": {"sqlite": 7, "postgresql": 6},
    "create a ladder of a lead": {"sqlite": 7, "postgresql": 7},
    "complete a task": {"sqlite": 9, "postgresql": 3},
    "complete a task with an outcome": {"sqlite": 9, "postgresql": 4},
    "complete a task of a lead with an outcome": {"sqlite": 11, "postgresql": 6},
    "record feedback": {"sqlite": 7, "postgresql": 5},  # the node; the new id; the buyer's record
    "compute an offer": {"sqlite": 4, "postgresql": 4},
    "reserve risk": {"sqlite": 6, "postgresql": 6},  # the ledgers
    "settle a reservation": {"sqlite": 5, "postgresql": 4},  # the reservation, the ledgers
    "match a deal": 6,  # the boxes; node and priors; the ledger and the mark; who is shown
    "the graph of liquidity": 2,
    "what fits a buyer": 3,
    "neighbours of a node": 6,
    # The gate
    "decide a lead": 2,
    "decide leads of many area codes": 1,
    "decide a reply": 3,
    "permitted minutes": 1,
    "load leads": 1,
    "settle the names of markets": 1,
    # Follow-up
    "start ladders in bulk, at most": 24,
    "upsert a batch of leads, at most": 9,
    "scripts of tasks": 5,
    "roll permitted minutes forward": 5,  # the tasks, their leads, the policies of the SLA, the gate's one, the update
    "count tasks that wait for their minutes": 1,
    "record a message, at most": {"sqlite": 14, "postgresql": 12},  # a reply has an item of the inbox
    "report on the SLA": 1,
    "the SLA's rulebook": 1,
    "states of the tripwires": 2,
    # KPI events; offers sent; stays that ended, and others; the SLA; triggers, states (2); risk days and policies; the study
    "the Friday review": 11,
    # The user and permissions (4); what stops the system; notices; totals, cards, leads, buyers, who was asked
    "the board of offers, at most": 15,
    # The match (6); sent, answered; who they are; what the gate knows of them, and its answer (the rules once more)
    "buyers matched to a deal, at most": 12,
    # A trace: one for each source
    "the trace of a lead": 14,
    "the trace of a request": 17,
    # Pages
    "a lead's page, at most": 30,  # 14 of its feed; the lead, the gate and its facts; the ladder and its steps; the frame
    "the work queue's page, at most": 26,  # with the lead's last words and what may be taken back
    "an outcome and the next card, at most": {"sqlite": 60, "postgresql": 60},
    # Session, user, permissions; own and nobody's items (3); the thread (4); the gate (2), the next step; go-live
    "the inbox's page, at most": 15,
    "an answer and the next item, at most": 21,
    "the page of one's own numbers, at most": 12,  # what waits (4), days, first contacts
    # Session, user, the bell, the go-live state; 12 of the runbook, whose tripwires it shares; due tasks, risk,
    # what waits, leads, contacts, lateness, offers, events of tripwires
    "Today, at most": 25,
    # Session, user, permissions (2), go-live, the badge of notices; the nodes, their priors, who buys in two of them
    "the heat table of liquidity, at most": 9,
    "a part of Today, at most": 6,  # session, user, permissions (2); claims and last acts, or leads and offers
    # Session, user, permissions (2); the switches; the sales near the house (on PostgreSQL counted in one message); the
    # prior, the mark; the sales by name
    "the calculator's result, at most": 16,
    "a list of the console, at most": 10,  # session, user, permissions (2); go-live, the bell; rows, views, total
    # The watch: made, read, locked, set; breaches, toggles (2), triggers, answers, imports (3); users, who may (5), choices;
    # stored and new notices. No verb has one for notices: the facts are read once a minute
    "a look for notices that finds something": 22,
    "the page of notices": 7,  # session, user, permissions (2); the notices; the bell, go-live
    "the palette": 7,  # session, user, the user's and the roles' permissions; leads, buyers and offers in one each
}
TRANSACTION = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT")


def queries(operation: str) -> int:
    """The expected number of queries of an operation on the database under test."""
    figure = QUERIES[operation]
    return int(figure if isinstance(figure, int) else figure[connection.vendor])


def counted(captured: CaptureQueriesContext) -> int:
    """The number of captured queries, without those of transactions."""
    return sum(not query["sql"].lstrip().startswith(TRANSACTION) for query in captured)
