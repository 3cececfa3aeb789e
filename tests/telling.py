"""Record the envelopes of a signal."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.dispatch import Signal

from wholesale.plumbing.envelope import Envelope


@contextmanager
def heard(signal: Signal) -> Iterator[list[Envelope]]:
    """Yield the envelopes that the signal sends within the block."""
    told: list[Envelope] = []

    def hear(envelopes: Sequence[Envelope], **kwargs: Any) -> None:
        told.extend(envelopes)

    signal.connect(hear)
    try:
        yield told
    finally:
        signal.disconnect(hear)
