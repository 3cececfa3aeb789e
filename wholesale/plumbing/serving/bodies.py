"""Reading whole request bodies in the event loop, before a thread is taken. Their size, time and number are limited."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO

from django.conf import settings

from wholesale.plumbing.errors import RequestTimeout, RequestTooLarge, ServerBusy

SMALL = 64 * 1024  # bytes; a larger body is kept on disk
LARGE_AT_ONCE = 8  # large bodies in one worker; small ones are not counted, so uploads never delay an ordinary POST
SLOWEST = 64 * 1024  # bytes a second: a body gets a second more than BODY_TIMEOUT for each of these


def limit_of(path: str, content_type: str) -> int:
    """Return how many bytes a body may have. Bodies with a file, which only the admin accepts, may have more."""
    is_file = path.startswith("/admin/") and content_type.lower().startswith("multipart/form-data")
    return settings.UPLOAD_MAX_SIZE if is_file else settings.DATA_UPLOAD_MAX_MEMORY_SIZE


class Bodies:
    """Reads the request bodies of one server worker."""

    def __init__(self) -> None:
        self._large = 0

    @asynccontextmanager
    async def whole(self, chunks: AsyncIterable[bytes], length: int) -> AsyncIterator[IO[bytes]]:
        """Provide the body, which is kept until the block ends. An interrupted body is shorter than `length`.

        Raises:
            RequestTimeout: the body did not arrive in time.
            ServerBusy: the body is large, and too many large bodies are being handled.

        """
        with self._counted(length), SpooledTemporaryFile(max_size=SMALL) as body:
            try:
                async with asyncio.timeout(settings.BODY_TIMEOUT + length / SLOWEST):
                    async for chunk in chunks:
                        body.write(chunk)
            except TimeoutError:
                raise RequestTimeout from None
            body.seek(0)
            yield body

    @contextmanager
    def _counted(self, length: int) -> Iterator[None]:
        is_large = length > SMALL
        if is_large and self._large >= LARGE_AT_ONCE:
            raise ServerBusy
        self._large += is_large
        try:
            yield
        finally:
            self._large -= is_large


def checked_length(text: str, limit: int) -> int:
    """Return the text of a Content-Length as a number. An empty text is 0.

    Raises:
        RequestTooLarge: the length is above the limit.

    """
    length = int(text or 0)
    if length > limit:
        raise RequestTooLarge
    return length
