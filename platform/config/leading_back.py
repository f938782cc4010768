"""Whoever asks to read an address that only takes forms is led to the page above it.

A form that is declined is answered at its own address, with what was typed. Reading that page in the other language,
or coming back to it by its address, would show nothing but the browser's own word for "405".
"""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve

_NOT_FOR_PEOPLE: Final = ("/api/", "/uploads/")


class LeadBack:
    """For browsers alone: a program, and htmx, are told 405 as before."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or not _is_read_by_somebody(request):
            return response
        above = page_above(request.path_info)
        return response if above is None else redirect(above)


def page_above(path: str) -> str | None:
    """The nearest address above ``path`` that is one; None above the first page."""
    while path != "/":
        path = path.rstrip("/").rpartition("/")[0] + "/"
        try:
            resolve(path)
        except Resolver404:
            continue
        return path
    return None


def _is_read_by_somebody(request: HttpRequest) -> bool:
    return (
        request.method == "GET"
        and "HX-Request" not in request.headers
        and "text/html" in request.headers.get("Accept", "")
        and not request.path_info.startswith(_NOT_FOR_PEOPLE)
    )
