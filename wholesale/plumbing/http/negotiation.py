"""Content negotiation: the API answers JSON, or 406."""

from collections.abc import Iterable

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class ContentNegotiation(DefaultContentNegotiation):
    """DRF's content negotiation, except that an invalid Accept header gets a 406 too."""

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
