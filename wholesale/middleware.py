"""What every request below /api/ needs before and after Django's own handling."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from wholesale.handlers import API_PREFIX, error_response


class ApiPathMiddleware:
    """Strips a trailing slash below /api/, and gives stray exceptions the API's error shape."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(API_PREFIX):
            request.path_info = request.path_info.rstrip("/")
            request.path = request.path.rstrip("/")
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Rendering happens after a view's own error handling, so its faults arrive here."""
        return error_response(exception, request) if request.path_info.startswith(API_PREFIX) else None
