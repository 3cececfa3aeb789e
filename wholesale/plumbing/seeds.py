"""The registry of default rows. `migrate` creates them, and `seed_policies` creates missing ones. Apps register theirs in
`ready()`."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils import timezone

SEEDED_BY = "seed"
SAFE_DEFAULT = "safe default"

_seeds: dict[str, Callable[[], int]] = {}


def register(what: str, seed: Callable[[], int]) -> None:
    """Register a function that creates the missing rows of a kind (`what`) and returns their number. It overwrites none."""
    _seeds[what] = seed


def make_missing() -> Iterator[tuple[str, int]]:
    """Create all missing rows. Yield each registered kind with the number of created rows, in the order of the apps."""
    for what, seed in _seeds.items():
        yield what, seed()


def seed_rows(
    apps: Any, app: str, name: str, key: Sequence[str], rows: Iterable[Mapping[str, Any]], *, reason: str = SAFE_DEFAULT
) -> None:
    """In a migration, create those rows whose key the model lacks, each with a first history entry that gives `reason`."""
    model, history = apps.get_model(app, name), apps.get_model(app, f"Historical{name}")
    now = timezone.now()
    stamp = {"changed_by": SEEDED_BY, "reason": reason, "updated_at": now}
    if any(field.name == "created_at" for field in model._meta.fields):
        stamp["created_at"] = now
    present = set(model.objects.values_list(*key))
    absent = [row for row in rows if tuple(row[column] for column in key) not in present]
    made = model.objects.bulk_create([model(**row, **stamp) for row in absent])
    kept = [field.attname for field in model._meta.concrete_fields if field.name != "created_at"]
    entry = {"history_date": now, "history_type": "+", "history_change_reason": reason}
    history.objects.bulk_create([history(**{column: getattr(row, column) for column in kept}, **entry) for row in made])
