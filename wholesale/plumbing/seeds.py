"""The registry of what each app seeds: `migrate` makes it, and `seed_policies` makes what is missing. Apps register in
`ready()`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django.utils import timezone

SEEDED_BY = "seed"
SAFE_DEFAULT = "safe default"

_seeds: dict[str, Callable[[], int]] = {}


def register(what: str, seed: Callable[[], int]) -> None:
    """Register a function that makes what is missing, never overwrites, and returns how many it made of `what`."""
    _seeds[what] = seed


def make_missing() -> Iterator[tuple[str, int]]:
    """Make it, and say how many of what, in the order of the apps."""
    for what, seed in _seeds.items():
        yield what, seed()


def make_first(
    apps: Any, app: str, model_name: str, rows: Iterable[Mapping[str, Any]], *, reason: str = SAFE_DEFAULT
) -> None:
    """Within a migration: make the first rows of a governed model, each with the first entry of its history."""
    model, history = apps.get_model(app, model_name), apps.get_model(app, f"Historical{model_name}")
    now = timezone.now()
    stamp = {"changed_by": SEEDED_BY, "reason": reason, "updated_at": now}
    if any(field.name == "created_at" for field in model._meta.fields):
        stamp["created_at"] = now
    made = model.objects.bulk_create([model(**row, **stamp) for row in rows])
    kept = [field.attname for field in model._meta.concrete_fields if field.name != "created_at"]
    entry = {"history_date": now, "history_type": "+", "history_change_reason": reason}
    history.objects.bulk_create([history(**{name: getattr(row, name) for name in kept}, **entry) for row in made])
