"""The endpoint `/api/schema`. The OpenAPI document is the same for everybody and slow to build, so it is built once."""

import hashlib
import threading
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.encoding import force_bytes
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

MAX_AGE = 300  # seconds for which a client may cache the document

_lock = threading.Lock()
documents: dict[type[BaseRenderer], tuple[bytes, str]] = {}


class SchemaView(SpectacularAPIView):
    """The OpenAPI document as YAML, or as JSON if the client asks for it. Everybody may read it."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase | None:
        renderer = request.accepted_renderer
        text, etag = self._document(renderer)
        response = HttpResponse(text, content_type=renderer.media_type)
        response["ETag"], response["Vary"] = etag, "Accept"
        response["Cache-Control"] = f"public, max-age={MAX_AGE}"
        response["Content-Disposition"] = f'inline; filename="wholesale.{renderer.format}"'
        return get_conditional_response(request, etag=etag, response=response)

    def _document(self, renderer: BaseRenderer) -> tuple[bytes, str]:
        """Return the document in the renderer's format, and its ETag. One thread builds it while others wait."""
        with _lock:
            if type(renderer) not in documents:
                schema = self.generator_class().get_schema(request=None, public=True)
                text = force_bytes(renderer.render(schema, renderer.media_type, {}))
                documents[type(renderer)] = text, f'"{hashlib.sha256(text).hexdigest()[:32]}"'
            return documents[type(renderer)]
