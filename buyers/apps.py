"""Buyers as a Django app."""

from django.apps import AppConfig


class BuyersConfig(AppConfig):
    """The app of the buyers' book, of feedback events and of liquidity nodes."""

    name = "buyers"

    def ready(self) -> None:
        """Register what the app offers: the facts about buyers, the work on their imports, and the periodic jobs."""
        from buyers.book import facts, lookups  # noqa: PLC0415  # models are not loaded before
        from buyers.book.lists import tasks as imports  # noqa: PLC0415
        from buyers.book.lists.importer import BUYERS  # noqa: PLC0415
        from buyers.liquidity import tasks  # noqa: PLC0415
        from governance import people  # noqa: PLC0415
        from wholesale.plumbing.importing import persons  # noqa: PLC0415

        people.register(people.BUYER, facts.facts_of, facts.readable_buyers)
        imports.register()
        people.register_holders(people.BUYER, lookups.buyer_ids_with)
        persons.register(BUYERS)
        tasks.register()
