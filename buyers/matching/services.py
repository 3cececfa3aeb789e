"""Which buyers to offer a deal to."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from typing import Any, NamedTuple

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from buyers.book.models import Buyer
from buyers.liquidity import odds as odds_of
from buyers.liquidity.odds import Odds
from buyers.liquidity.rates import day_of
from buyers.liquidity.trials import Tallies
from buyers.matching.reading import Boxes, BoxOwner, boxes_for, priors_for, shown_buyers
from buyers.matching.rules import MISSED, Codes, Deal, Numbers, best_boxes, codes_of, funds, worded
from governance import gate
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing import correlation
from wholesale.plumbing.vocabulary import ALL

LIMIT, LIMIT_MAX = 50, 500
Indexes = NDArray[np.intp]


@verb(ExecutionClass.READ)
def match(
    deal: Deal,
    *,
    limit: int = LIMIT,
    explore: Decimal = Decimal(0),
    include_paused: bool = False,
    seed: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Rank the buyers with a box for the deal's place and property type. Nothing is written.

    Those whose best box misses nothing come first, then those who miss one criterion, and so on; among equals the higher
    probability of responding and buying, then the buyer_id. A BLOCKED buyer is never among them, nor one with an opt-out in
    force of any channel, as such or at any number or address; a PAUSED one only with `include_paused`.

    The share `explore` of the places (rounded up) goes to buyers of whom little is known: their prior says more than their
    own trials. A draw from the posteriors ranks these (Thompson sampling). For the same `seed` (default: the correlation
    id) the draws are the same.

    Takes 6 queries whatever the size of the book, on PostgreSQL in 4 messages.

    Raises:
        gate.LedgerUnreadable: no opt-out could be found.

    """
    now = now or timezone.now()
    statuses = [Buyer.Status.ACTIVE.value, *([Buyer.Status.PAUSED.value] if include_paused else [])]
    boxes = boxes_for(deal, statuses)
    candidates = _candidates(boxes, deal, now) if boxes else None
    if candidates is None or not candidates.buyers:
        return {"candidates": 0, "matches": []}
    priors = priors_for(deal, day_of(now))
    known = odds_of.odds(candidates.tallies, priors, day_of(now))
    missed = (candidates.codes == MISSED).sum(axis=1)
    seed = seed or correlation.current()
    ranked = _ranked(
        missed,
        known,
        known.response.events < priors.response.strength,
        _Places.of(len(missed), limit, explore),
        lambda at: odds_of.words_of(seed, [candidates.buyers[n].buyer_id for n in at]),
    )
    return {"candidates": len(missed), "matches": _shown(candidates, missed, known, ranked, deal, now)}


class _Candidates(NamedTuple):
    """The candidates in the order of their buyer_ids, each with its best box."""

    ids: NDArray[np.int64]
    codes: Codes
    buyers: list[BoxOwner]
    tallies: Tallies


def _candidates(boxes: Boxes, deal: Deal, now: datetime) -> _Candidates:
    """The buyers of these boxes who did not opt out."""
    is_place_certain = ~boxes.names_market if deal.market == ALL else np.ones(len(boxes.ids), dtype=bool)
    codes = codes_of(boxes.limits, is_place_certain, boxes.names_types, deal)
    best = best_boxes(codes, boxes.buyers, boxes.ids)
    buyers = [boxes.buyer(row) for row in best]
    points = [buyer.points for buyer in buyers]
    refusing = gate.opted_out_points({point for own in points for point in own}, now)
    kept = [n for n, own in enumerate(points) if refusing.isdisjoint(own)]
    kept.sort(key=lambda n: buyers[n].buyer_id)
    rows = best[kept]
    return _Candidates(boxes.buyers[rows], codes[rows], [buyers[n] for n in kept], boxes.tallies(rows.tolist()))


class _Places(NamedTuple):
    """The places of an answer: how many there are, and how many of them go to buyers of whom little is known."""

    all: int
    explored: int

    @classmethod
    def of(cls, candidates: int, limit: int, explore: Decimal) -> "_Places":
        """The places for so many candidates. The share is rounded up to whole places."""
        places = min(limit, candidates)
        return cls(places, int((explore * places).to_integral_value(ROUND_CEILING)))


def _ranked(
    missed: Indexes, known: Odds, little_known: NDArray[np.bool_], places: _Places, words: Callable[[Indexes], Numbers]
) -> list[tuple[int, bool]]:
    """The indexes of the candidates in the answer, in their order, and of each whether it was explored.

    The explored places go to the best draws among the candidates of whom little is known and who would not have one of the
    other places. If they are too few, other candidates get the places. A draw also ranks its candidate among the others.
    """
    value = known.probability
    order = np.lexsort((-value, missed))  # stable, so equal ones stay in the order of their buyer_ids
    picked = _picked(order, missed, known, little_known, places, words)
    is_picked = np.zeros(len(value), dtype=bool)
    if picked:
        chosen, draws = (np.array(values) for values in zip(*picked, strict=True))
        is_picked[chosen] = True
        value[chosen] = draws
    others = order[~is_picked[order]][: places.all - len(picked)]
    listed = np.sort(np.concatenate([np.flatnonzero(is_picked), others]))
    listed = listed[np.lexsort((-value[listed], missed[listed]))]
    return list(zip(listed.tolist(), is_picked[listed].tolist(), strict=True))


def _picked(
    order: Indexes,
    missed: Indexes,
    known: Odds,
    little_known: NDArray[np.bool_],
    places: _Places,
    words: Callable[[Indexes], Numbers],
) -> list[tuple[int, float]]:
    """The indexes of the candidates who are explored, with their draws."""
    if not places.explored:
        return []
    is_left = little_known.copy()
    is_left[order[: places.all - places.explored]] = False
    left = np.flatnonzero(is_left)
    draws = known.drawn(left, words(left))
    best = np.lexsort((-draws, missed[left]))[: places.explored]
    return list(zip(left[best].tolist(), draws[best].tolist(), strict=True))


def _shown(
    candidates: _Candidates,
    missed: Indexes,
    known: Odds,
    ranked: Sequence[tuple[int, bool]],
    deal: Deal,
    now: datetime,
) -> list[dict[str, Any]]:
    at = np.array([n for n, _ in ranked], dtype=np.intp)
    details = shown_buyers(candidates.ids[at].tolist())
    rates = known.shown(at), known.response.shown(at), known.close.shown(at)
    found = []
    for rank, ((n, explored), probability, response, close) in enumerate(zip(ranked, *rates, strict=True), start=1):
        buyer = candidates.buyers[n]
        name, company, language, amount, expire_on, contacted_at = details[int(candidates.ids[n])]
        found.append(
            {
                "rank": rank,
                "buyer_id": buyer.buyer_id,
                "name": name or company,
                "status": buyer.status,
                "fits": not missed[n],
                "criteria": worded(candidates.codes[n].tolist()),
                "probability": probability,
                "response": response,
                "close": close,
                "last_contacted_at": contacted_at,
                "funds": funds(amount, expire_on, deal.price, now.date()),
                "language": language,
                "reachable": buyer.is_reachable,
                "explored": explored,
            }
        )
    return found
