"""The registry of what each app seeds: `migrate` makes it, and `seed_policies` makes what is missing. Apps register in
`ready()`."""

from collections.abc import Callable, Iterator

_seeds: dict[str, Callable[[], int]] = {}


def register(what: str, seed: Callable[[], int]) -> None:
    """Register a function that makes what is missing, never overwrites, and returns how many it made of `what`."""
    _seeds[what] = seed


def make_missing() -> Iterator[tuple[str, int]]:
    """Make it, and say how many of what, in the order of the apps."""
    for what, seed in _seeds.items():
        yield what, seed()
