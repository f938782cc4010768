"""Pages whose form brings a file: the handler that takes it must be in place before anything reads the form."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Protocol, TypeVar

from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect


class Handler(Protocol):
    """``discard`` leaves nothing behind of what the view did not take."""

    def discard(self) -> None: ...


H = TypeVar("H", bound=Handler)
F = TypeVar("F", bound=FileUploadHandler)
View = Callable[..., HttpResponse]


def read_by(make_handler: Callable[..., H]) -> Callable[[View], View]:
    """The view gets, as its second argument, the handler that ``make_handler(request, **address)`` puts in place.

    The CSRF middleware reads the form before any view could install a handler; so it is switched off here, and the
    same check is made inside, once the handler is in place.
    """

    def decorate(view: View) -> View:
        @csrf_protect
        def checked(request: HttpRequest, handler: H, /, **address: Any) -> HttpResponse:
            request.POST.get("")  # the form is read to its end here, where the check of its token has not done so
            return view(request, handler, **address)

        @csrf_exempt
        def outer(request: HttpRequest, /, **address: Any) -> HttpResponse:
            handler = make_handler(request, **address)
            try:
                response: HttpResponse = checked(request, handler, **address)
                return response
            finally:
                handler.discard()

        update_wrapper(outer, view)
        return outer

    return decorate


def put_in_place(request: HttpRequest, handler: F) -> F:
    """Make this request's files go through the handler; before anything has looked at ``request.POST``."""
    request.upload_handlers = [handler]
    return handler
