"""Content negotiation: the API answers JSON, or 406."""

from collections.abc import Iterable

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class ContentNegotiation(DefaultContentNegotiation):
    """DRF's content negotiation, except that an invalid Accept header gets a 406 too."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        """Return the parser of the body's content type, or None. The usual type needs no comparison of its parts."""
        first = next(iter(parsers))
        if first.media_type == request.content_type:
            return first
        return super().select_parser(request, parsers)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the renderer and the media type of the answer.

        Raises:
            NotAcceptable: no renderer fits, or the header is invalid.

        """
        try:
            return super().select_renderer(request, renderers, format_suffix)
        except ValueError:  # such as a parameter in an unknown charset
            raise NotAcceptable from None
