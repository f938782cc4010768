"""A page's form with a file: straight to disk, and the CSRF check still stands in front of the view."""

from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from accounts.errors import Refusal
from submissions.storage import store
from submissions.streaming import FileHandler, receives_checkpoint
from tests.hand_in import checkpoint_bytes, files_in

pytestmark = pytest.mark.usefixtures("folders")
TOKEN = "a" * 32


@receives_checkpoint
def page(request: HttpRequest, handler: FileHandler, *, keep: bool = False) -> HttpResponse:
    """Answers with the file's name and size, or with the refusal's code."""
    try:
        upload = handler.take()
    except Refusal as refusal:
        return HttpResponse(refusal.code, status=refusal.status)
    if keep:
        store(upload)
    return HttpResponse(f"{upload.name} {upload.size_bytes} {request.POST.get('comment', '')}")


def post(form: dict[str, object], *, token: str = TOKEN, keep: bool = False) -> HttpResponse:
    request = RequestFactory(enforce_csrf_checks=True).post("/tasks/charlie/", {"csrfmiddlewaretoken": token, **form})
    request.COOKIES["csrftoken"] = TOKEN
    request.user = AnonymousUser()
    return page(request, keep=keep)


def file(data: bytes | None = None, name: str = "best.pt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, checkpoint_bytes() if data is None else data)


def test_the_view_gets_the_file_and_the_other_fields(folders: Path) -> None:
    answer = post({"file": file(), "comment": "frozen backbone"})
    assert answer.content.decode() == f"best.pt {len(checkpoint_bytes())} frozen backbone"
    assert files_in(folders) == []  # the view did not keep it


def test_a_file_that_the_view_keeps_stays_and_nothing_else_does(folders: Path) -> None:
    post({"file": file(), "second": file(b"<html>")}, keep=True)
    (kept,) = files_in(folders / "uploads")
    assert kept.startswith("checkpoints/")


def test_only_the_first_file_of_its_field_is_taken(folders: Path) -> None:
    answer = post({"picture": file(b"GIF89a", "a.gif"), "file": [file(name="one.pt"), file(name="two.pt")]})
    assert answer.content.startswith(b"one.pt")
    assert files_in(folders) == []


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 400),
        ({"file": file(b"")}, 422),
        ({"file": file(b"<html>" * 100)}, 422),
        ({"file": file(b"hi")}, 422),
        ({"file": "text"}, 400),
    ],
)
def test_a_form_without_a_usable_file_leaves_nothing(form: dict[str, object], status: int, folders: Path) -> None:
    assert post(form).status_code == status
    assert files_in(folders) == []


def test_a_refused_file_does_not_hide_the_fields_after_it() -> None:
    request = RequestFactory(enforce_csrf_checks=True).post(
        "/", {"file": file(b"<html>" * 100), "csrfmiddlewaretoken": TOKEN}
    )
    request.COOKIES["csrftoken"] = TOKEN
    assert page(request).status_code == 422


def test_another_sites_form_is_refused_and_its_file_is_gone(folders: Path) -> None:
    assert post({"file": file()}, token="b" * 32).status_code == 403
    assert files_in(folders) == []
