"""Content negotiation: JSON, or 406."""

from collections.abc import Iterable

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class ContentNegotiation(DefaultContentNegotiation):
    """DRF's own, but an Accept header that is no list of media types is one that we cannot give."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The renderer and the media type to answer with.

        Raises:
            NotAcceptable: none fits.

        """
        try:
            return super().select_renderer(request, renderers, format_suffix)
        except ValueError:  # a parameter in a charset that does not exist
            raise NotAcceptable from None
