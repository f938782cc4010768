"""Kept files on their way out: whole, in parts, not at all; under names and types that do no harm."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.http import Http404
from django.test import RequestFactory
from django.utils.http import http_date
from pytest_django import Settings

from tests.builders import make_course, make_pair
from uploads import services
from uploads.models import StoredFile
from uploads.serving import serve

pytestmark = pytest.mark.django_db
DATA = bytes(range(256)) * 4_000  # four blocks, and no two parts alike


@pytest.fixture
def stored(tmp_path: Path, folders: Path) -> StoredFile:
    made = tmp_path / "made.mp4"
    made.write_bytes(DATA)
    return services.keep_path(
        made, pair=make_pair(make_course()), owner=None, purpose="film", name="mug.mp4", content_type="video/mp4"
    )


def ask(stored: StoredFile, method: str = "GET", *, inline: bool = True, **headers: str) -> Any:
    request = RequestFactory().generic(method, "/", headers={k.replace("_", "-"): v for k, v in headers.items()})
    return serve(request, stored, inline=inline)


def body_of(response: Any) -> bytes:
    async def read() -> bytes:
        return b"".join([block async for block in response.streaming_content])

    return bytes(async_to_sync(read)()) if response.streaming else bytes(response.content)


def test_the_whole_file_says_that_it_comes_in_parts_too(stored: StoredFile) -> None:
    answer = ask(stored)
    assert (answer.status_code, body_of(answer)) == (200, DATA)
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["Content-Length"] == str(len(DATA))
    assert answer["Content-Type"] == "video/mp4"
    assert answer["Content-Disposition"] == 'inline; filename="mug.mp4"'
    assert answer["Cache-Control"] == "private, no-cache, no-transform"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["ETag"] == f'"{stored.sha256}"'


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=300000-", 300_000, None),
        ("bytes=-7", -7, None),
        ("bytes=262143-262144", 262_143, 262_145),
    ],
)
def test_a_part_is_those_bytes_and_no_other(stored: StoredFile, header: str, start: int, end: int | None) -> None:
    answer = ask(stored, Range=header)
    found = body_of(answer)
    assert (answer.status_code, found) == (206, DATA[start:end])
    first = start % len(DATA)
    assert answer["Content-Range"] == f"bytes {first}-{first + len(found) - 1}/{len(DATA)}"
    assert answer["Content-Length"] == str(len(found))


def test_a_part_that_is_not_there_is_416_and_says_how_long_the_file_is(stored: StoredFile) -> None:
    answer = ask(stored, Range=f"bytes={len(DATA)}-")
    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(DATA)}")
    assert body_of(answer) == b""


def test_several_parts_are_answered_with_the_whole(stored: StoredFile) -> None:
    answer = ask(stored, Range="bytes=0-1,5-6")
    assert (answer.status_code, body_of(answer)) == (200, DATA)


def test_a_head_says_all_but_the_bytes_and_knows_no_part(stored: StoredFile) -> None:
    answer = ask(stored, "HEAD", Range="bytes=0-1")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["Content-Length"] == str(len(DATA))
    assert "Content-Range" not in answer


def test_what_a_browser_has_already_is_not_sent_again(stored: StoredFile) -> None:
    for condition in ({"If_None_Match": f'"{stored.sha256}"'}, {"If_None_Match": f'W/"{stored.sha256}", "x"'}):
        answer = ask(stored, Range="bytes=0-1", **condition)
        assert (answer.status_code, body_of(answer)) == (304, b"")
        assert answer["ETag"] == f'"{stored.sha256}"'
    modified = ask(stored)["Last-Modified"]
    assert ask(stored, If_Modified_Since=modified).status_code == 304
    assert ask(stored, If_None_Match='"x"', If_Modified_Since=modified).status_code == 200
    assert ask(stored, If_Match='"x"').status_code == 412
    assert ask(stored, If_Unmodified_Since=http_date(1)).status_code == 412


def test_a_part_of_another_file_is_answered_with_the_whole_new_one(stored: StoredFile) -> None:
    assert ask(stored, Range="bytes=0-1", If_Range=f'"{stored.sha256}"').status_code == 206
    assert ask(stored, Range="bytes=0-1", If_Range=ask(stored)["Last-Modified"]).status_code == 206
    for other in ('"5e"', f'W/"{stored.sha256}"', http_date(0)):
        answer = ask(stored, Range="bytes=0-1", If_Range=other)
        assert (answer.status_code, len(body_of(answer))) == (200, len(DATA))


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/zip", "video/webm"])
def test_only_what_we_made_ourselves_is_shown_all_else_is_an_attachment(stored: StoredFile, kind: str) -> None:
    stored.content_type = kind
    assert ask(stored)["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("name", ['"><script>.mp4', "été; filename=x.mp4", "a\r\nSet-Cookie: x.mp4", "\\\\host\\x.mp4"])
def test_a_hostile_name_stays_a_name(stored: StoredFile, name: str) -> None:
    stored.name = name
    answer = ask(stored, inline=False)
    said = answer["Content-Disposition"]
    assert said.startswith("attachment; filename")
    assert "\n" not in said
    assert "\r" not in said
    assert "Set-Cookie" not in answer


def test_bytes_that_are_gone_are_404_and_in_our_log(stored: StoredFile, folders: Path, caplog: Any) -> None:
    os.unlink(folders / "uploads" / stored.key)
    with pytest.raises(Http404):
        ask(stored)
    assert stored.key in caplog.text


def open_files(name: str) -> list[str]:
    places = [Path(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]
    return [target for place in places if place.is_symlink() and name in (target := os.readlink(place))]


def test_the_file_is_closed_as_soon_as_the_client_goes(stored: StoredFile) -> None:
    async def leave() -> list[list[str]]:
        answer = ask(stored)
        await anext(aiter(answer.streaming_content))
        before = open_files(stored.key)
        await asyncio.to_thread(answer.close)  # as a server does: it also tells that the request is finished
        for _ in range(2_000):  # the thread that read the block lets go of it a moment after it gave it
            await asyncio.sleep(0.01 if open_files(stored.key) else 0)
        return [before, open_files(stored.key)]

    before, after = asyncio.run(leave())
    assert (len(before), after) == (1, [])


@pytest.mark.parametrize(
    ("front", "header", "prefix"), [("x-accel", "X-Accel-Redirect", "/kept-files/"), ("x-sendfile", "X-Sendfile", "")]
)
def test_a_web_server_in_front_is_told_where_the_file_lies(
    stored: StoredFile, settings: Settings, folders: Path, front: str, header: str, prefix: str
) -> None:
    settings.SENDFILE = front
    answer = ask(stored, Range="bytes=0-1")
    assert answer[header] == f"{prefix or str(folders / 'uploads') + '/'}{stored.key}"
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.get("ETag") == (f'"{stored.sha256}"' if front == "x-sendfile" else None)
    assert answer["Content-Disposition"] == 'inline; filename="mug.mp4"'
    assert answer["Content-Type"] == "video/mp4"
