"""Clients race with random verbs on the same offers, and what is reserved is what is open, at every moment.

python -m tests.postgres python -m tests.offers.deals.full --clients 32 --verbs 400
"""

import argparse
import os
import sys
import threading
import time
from decimal import Decimal
from random import Random

import django

from tests.served import ENVIRONMENT, fresh_database

OFFERS = 64
CAP = Decimal(4_000_000)  # most of them fit, so that many get far


def main() -> int:
    """Race and print. Return 1 if an offer, the reserved risk or a count is wrong, or a verb failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--verbs", type=int, default=400)
    given = parser.parse_args()
    with fresh_database() as url:
        os.environ.update(ENVIRONMENT, DATABASE_URL=url, DJANGO_SETTINGS_MODULE="wholesale.settings")
        django.setup()
        return _race(given.clients, given.verbs)


def _race(clients: int, verbs: int) -> int:
    from django.db import connections

    from kpi.models import KPIEvent
    from offers.models import Offer, OfferEvent
    from tests.factories import NOON
    from tests.offers.deals.chances import any_verb, assert_lives_are_sound, assert_risk_is_what_is_open, ready

    offer_ids = ready(OFFERS, cap=CAP)
    done, looks, faults = [0] * clients, [0], list[BaseException]()
    stop = threading.Event()

    def act(number: int) -> None:
        luck = Random(number)
        try:
            for _ in range(verbs):
                done[number] += any_verb(luck, offer_ids, NOON)
        except BaseException as error:
            faults.append(error)
        finally:
            connections.close_all()

    def watch() -> None:
        try:
            while not stop.is_set():
                assert_risk_is_what_is_open()
                looks[0] += 1
        except BaseException as error:
            faults.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act, args=(number,)) for number in range(clients)]
    watcher = threading.Thread(target=watch)
    began = time.monotonic()
    for thread in (watcher, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - began
    stop.set()
    watcher.join()
    try:
        assert_lives_are_sound()
    except AssertionError as error:
        faults.append(error)
    for fault in faults:
        sys.stdout.write(f"{type(fault).__name__}: {fault}\n")
    told = KPIEvent.objects.filter(subject_type="offer").count()
    passed = {
        f"{clients} clients, {clients * verbs:,} verbs in {seconds:.0f} s, of which {sum(done):,} were not refused: "
        f"{OfferEvent.objects.count():,} transitions of {Offer.objects.count()} offers, {told:,} outcomes counted, "
        "each offer by the table and at most once in each rate": not faults,
        f"in {looks[0]:,} looks meanwhile the reserved risk was what the open offers put at stake": not faults,
    }
    sys.stdout.write("\n" + "".join(f"{'yes' if ok else 'NO '}  {what}\n" for what, ok in passed.items()))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
