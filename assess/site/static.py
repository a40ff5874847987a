"""Static files by WhiteNoise, under WSGI and ASGI alike."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # whitenoise is untyped
    """WhiteNoise that answers with the file's bytes.

    Its own response streams an open file, which Django under ASGI can only do with a warning and by reading the file
    whole; our files are small, so they are read here and closed.
    """

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:
        found = static_file.get_response(request.method, request.META)
        body = b""
        if found.file is not None:
            with found.file:
                body = found.file.read()
        response = HttpResponse(body, status=int(found.status))
        response.headers.pop("Content-Type", None)
        for name, value in found.headers:
            response[name] = value
        return response
