"""What a signal tells within a block."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.dispatch import Signal


@contextmanager
def heard(signal: Signal) -> Iterator[list[dict[str, Any]]]:
    """What is told within the block."""
    told: list[dict[str, Any]] = []

    def hear(**kwargs: Any) -> None:
        told.append({name: value for name, value in kwargs.items() if name not in ("signal", "sender")})

    signal.connect(hear)
    try:
        yield told
    finally:
        signal.disconnect(hear)
