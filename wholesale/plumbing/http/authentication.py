"""Authentication by API tokens of the library knox. A process remembers each token for some seconds after its look-up."""

import threading
from hashlib import sha256
from typing import Any

from cachetools import TTLCache
from django.conf import settings
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication
from rest_framework import HTTP_HEADER_ENCODING
from rest_framework.exceptions import AuthenticationFailed

MAX_REMEMBERED = 1024

_lock = threading.Lock()
remembered: TTLCache[bytes, tuple[Any, Any]] = TTLCache(maxsize=MAX_REMEMBERED, ttl=settings.TOKEN_CACHE_SECONDS)


def forget_tokens(**kwargs: Any) -> None:
    """Receiver of signals after which a token may be invalid: forget all tokens that this process remembers."""
    with _lock:
        remembered.clear()


class CachedTokenAuthentication(TokenAuthentication):
    """Accepts `Authorization: Token ...`, and `Bearer ...`, which most clients send by default.

    A token that was revoked in another process still works in this one for `TOKEN_CACHE_SECONDS`.

    The user's permissions are remembered too, so a user keeps a removed role just as long.
    """

    def authenticate(self, request: Any) -> tuple[Any, Any] | None:
        """Return the user and the stored token. None if the request has no header with a token.

        Raises:
            AuthenticationFailed: the token is not valid.

        """
        header = request.META.get("HTTP_AUTHORIZATION", "").encode(HTTP_HEADER_ENCODING)
        scheme, *token = header.split() or [b""]
        if scheme.lower() not in (b"token", b"bearer") or len(token) != 1:
            return super().authenticate(request)  # no token, or a malformed one
        return self.authenticate_credentials(token[0])

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        """Return the user of this token, and the stored token.

        Raises:
            AuthenticationFailed: the token is not ASCII letters and digits, is unknown or expired, or its user is inactive.

        """
        if not token.isascii() or not token.isalnum():
            raise AuthenticationFailed("Invalid token.")
        digest = sha256(token).digest()  # no process keeps a token as it is
        with _lock:
            found = remembered.get(digest)
        if found is None:
            found = super().authenticate_credentials(token)
            with _lock:
                remembered[digest] = found
        user, stored = found
        if stored.expiry is not None and stored.expiry < timezone.now():
            raise AuthenticationFailed("Invalid token.")
        return user, stored


class TokenScheme(OpenApiAuthenticationExtension):
    """An extension of drf-spectacular that describes the API tokens in the OpenAPI document."""

    target_class = CachedTokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token ` and the token that `manage.py create_api_token` printed",
        }
