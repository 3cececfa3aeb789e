"""The header `Idempotency-Key`: a repeated POST gets the first answer and does nothing (CONTRACT section 1)."""

import hashlib
import json
import logging
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from wholesale.plumbing import locks
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.models import IdempotencyKey
from wholesale.plumbing.params import merged
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH

HEADER = "Idempotency-Key"
META_KEY = "HTTP_IDEMPOTENCY_KEY"
REPLAYED_HEADER = "Idempotency-Replayed"
_ROW_WAIT = 2  # seconds
Handler = Callable[..., Response]
logger = logging.getLogger(__name__)


class IdempotencyKeyReused(DomainError, code="idempotency_key_reused"):
    """This Idempotency-Key was used for a request with other parameters."""


class AnswerErased(DomainError, code="answer_erased", status=410):
    """The answer kept under this Idempotency-Key named a person who was erased since. Nothing was done again."""


def idempotent(handler: Handler, *, in_parts: bool = False) -> Handler:
    """Wrap a view's POST so that it is idempotent under an Idempotency-Key. A test makes sure that each POST is.

    The key's row and the act share one transaction, so both stay or neither. A concurrent duplicate waits at the unique
    constraint. Only 2xx answers are kept.

    With `in_parts` the view makes its own transactions and may safely act twice. The answer is kept afterwards. If two
    requests run at once, both act and both get the answer kept first. If no answer could be kept, a repetition acts again.
    """

    @wraps(handler)
    def wrapper(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        if META_KEY not in request.META:
            return handler(view, request, *args, **kwargs)
        key = request.META[META_KEY].strip()
        if view.is_receiving and not _is_valid(key):
            return _regardless(handler, view, request, *args, **kwargs)
        key, fingerprint = _checked(key), _fingerprint(request)
        if in_parts:
            kept = _kept(request.user, key, timezone.now())
            if kept is not None:
                return _replay(kept, fingerprint)
            return _kept_after(handler(view, request, *args, **kwargs), request.user, key, fingerprint)
        with transaction.atomic():
            row = _own(request.user, key, fingerprint, timezone.now())
            if row.status is not None and view.is_receiving and row.fingerprint != fingerprint:
                return _regardless(handler, view, request, *args, **kwargs)
            if row.status is not None:
                return _replay(row, fingerprint)
            response = handler(view, request, *args, **kwargs)
            _keep(row, response)
        return response

    wrapper.is_idempotent = True  # type: ignore[attr-defined]
    return wrapper


def _regardless(handler: Handler, view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
    """Carry out a request as if it had no key. The key cannot be used, but what a person told us must be recorded."""
    view.is_key_ignored = True
    return handler(view, request, *args, **kwargs)


def _checked(key: str) -> str:
    if not _is_valid(key):
        raise ValidationError({HEADER: ["Must be 1 to 128 printable ASCII characters."]})
    return key


def _is_valid(key: str) -> bool:
    return 1 <= len(key) <= LABEL_MAX_LENGTH and key.isascii() and key.isprintable()


def _fingerprint(request: Request) -> str:
    parameters = {name: value for name, value in merged(request).items() if name != "correlation_id"}
    canonical = json.dumps([request.method, request.path, parameters], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _kept(user: Any, key: str, now: datetime) -> IdempotencyKey | None:
    """Return the key's row if it has an answer that has not expired, otherwise None."""
    answered = IdempotencyKey.objects.filter(user=user, key=key, status__isnull=False)
    return answered.filter(created_at__gte=now - settings.IDEMPOTENCY_KEY_LIFETIME).first()


def _own(user: Any, key: str, fingerprint: str, now: datetime) -> IdempotencyKey:
    """Return the key's row, locked, and create it if needed. The row's status is None if this request has to act."""
    fresh = IdempotencyKey(user=user, key=key, fingerprint=fingerprint, created_at=now)
    IdempotencyKey.objects.bulk_create([fresh], ignore_conflicts=True)
    row = IdempotencyKey.objects.select_for_update().filter(user=user, key=key).first()
    if row is None:  # clear_expired removed the expired row between our two statements
        return _own(user, key, fingerprint, now)
    if row.created_at < now - settings.IDEMPOTENCY_KEY_LIFETIME:
        row.fingerprint, row.status, row.created_at = fingerprint, None, now
        row.save(update_fields=["fingerprint", "status", "created_at"])
    return row


def _keep(row: IdempotencyKey, response: Response) -> None:
    row.status, row.body = response.status_code, response.content.decode()
    row.save(update_fields=["status", "body"])


def _kept_after(response: Response, user: Any, key: str, fingerprint: str) -> Response:
    """Keep the answer of a finished act and return it. If the key's row stays locked for long, the answer is not kept."""
    try:
        with transaction.atomic():
            locks.wait_for_rows(_ROW_WAIT)
            row = _own(user, key, fingerprint, timezone.now())
            if row.status is not None:
                return _replay(row, fingerprint)
            _keep(row, response)
    except OperationalError as fault:
        logger.warning("The answer under an Idempotency-Key was not kept (%s)", type(fault).__name__)
    return response


def _replay(row: IdempotencyKey, fingerprint: str) -> Response:
    assert row.status is not None
    if row.fingerprint != fingerprint:
        raise IdempotencyKeyReused
    if not row.body:
        raise AnswerErased
    return Response(json.loads(row.body), status=row.status, headers={REPLAYED_HEADER: "true"})
