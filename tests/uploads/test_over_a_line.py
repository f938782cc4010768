"""Uploads to the site as it is served: connections that drop in a piece, a killed server, several at once."""

import hashlib
import http.client
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.client.conftest import site, write_checkpoint
from tests.client.live_site import LiveSite
from tests.uploads.test_tus import TUS, checksum_of
from uploads.making_room import OPEN_UPLOADS

__all__ = ["site"]
PIECE = "application/offset+octet-stream"


class Sender:
    """One person's program, on the standard library alone."""

    def __init__(self, site: LiveSite, token: str) -> None:
        self.site = site
        self.headers = {"Authorization": f"Token {token}", **TUS}

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> http.client.HTTPResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=20)
        connection.request(method, path, body, {**self.headers, **named})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer

    def begin(self, size: int, **headers: str) -> str:
        answer = self.ask("POST", "/uploads/", Upload_Length=str(size), **headers)
        assert answer.status == 201
        return str(answer.headers["Location"]).removeprefix(self.site.url)

    def send(self, where: str, piece: Any, offset: int, **headers: str) -> http.client.HTTPResponse:
        return self.ask("PATCH", where, piece, Upload_Offset=str(offset), Content_Type=PIECE, **headers)

    def offset(self, where: str) -> int:
        return int(self.ask("HEAD", where).headers["Upload-Offset"])

    def break_off(self, where: str, piece: bytes, announced: int, **headers: str) -> None:
        """Sends so much of a piece of ``announced`` bytes, and is gone."""
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=20)
        connection.putrequest("PATCH", where)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        length = {"Content-Length": str(announced), "Upload-Offset": "0", "Content-Type": PIECE}
        for name, value in {**self.headers, **length, **named}.items():
            connection.putheader(name, value)
        connection.endheaders(piece)
        self.wait_for(where, 423)
        connection.close()

    def wait_for_lock(self, where: str) -> int:
        """Until the server has noticed that nobody sends any more: then somebody else may write."""
        return self.wait_for(where, 204)

    def wait_for(self, where: str, status: int) -> int:
        """Until that is the answer to a piece of nothing: 423 while somebody sends, 204 when nobody does."""
        for _ in range(1_000):
            offset = self.offset(where)
            if self.send(where, b"", offset).status == status:
                return offset
            time.sleep(0.02)
        raise AssertionError(f"never {status}")


@pytest.fixture
def sender(site: LiveSite) -> Sender:
    return Sender(site, site.ask("fresh")["pair1a"])


@pytest.fixture
def data(tmp_path: Path) -> bytes:
    return write_checkpoint(tmp_path / "best.pt", seed=str(tmp_path)).read_bytes()


def hand_in(sender: Sender, where: str, data: bytes) -> None:
    form = f'{{"upload": "{where.rsplit("/", 1)[-1]}"}}'
    answer = sender.ask("POST", "/api/tasks/charlie/submissions/", form, Content_Type="application/json")
    assert answer.status == 202
    state = sender.site.ask("state")
    assert state["submissions"][-1][2] == hashlib.sha256(data).hexdigest()
    assert state["uploads"] == []


def test_what_arrived_of_a_piece_that_broke_off_stays_and_the_rest_follows(sender: Sender, data: bytes) -> None:
    where = sender.begin(len(data))
    sender.break_off(where, data[:2_000_000], len(data))
    offset = sender.wait_for_lock(where)
    assert 0 < offset <= 2_000_000
    assert sender.send(where, data[offset:], offset).status == 204
    hand_in(sender, where, data)


def test_of_a_piece_with_a_checksum_nothing_stays_unless_it_is_whole(sender: Sender, data: bytes) -> None:
    where = sender.begin(len(data))
    sender.break_off(where, data[:2_000_000], len(data), Upload_Checksum=checksum_of(data))
    assert sender.wait_for_lock(where) == 0
    assert sender.send(where, data, 0, Upload_Checksum=checksum_of(data)).status == 204
    hand_in(sender, where, data)


def test_an_upload_goes_on_where_it_was_when_the_server_is_killed_in_a_piece(sender: Sender, data: bytes) -> None:
    where = sender.begin(len(data))
    assert sender.send(where, data[:1_000_000], 0).status == 204
    sender.site.kill()
    sender.site.start()
    assert sender.offset(where) == 1_000_000
    assert sender.send(where, data[1_000_000:], 1_000_000).status == 204
    hand_in(sender, where, data)


def test_a_piece_of_unknown_length_and_a_first_piece_with_the_beginning_are_taken(sender: Sender, data: bytes) -> None:
    answer = sender.ask("POST", "/uploads/", data[:500_000], Upload_Length=str(len(data)), Content_Type=PIECE)
    assert (answer.status, answer.headers["Upload-Offset"]) == (201, "500000")
    where = str(answer.headers["Location"]).removeprefix(sender.site.url)
    blocks = (data[start : start + 70_000] for start in range(500_000, len(data), 70_000))
    assert sender.send(where, blocks, 500_000).status == 204  # chunked
    hand_in(sender, where, data)


def test_five_files_arrive_side_by_side_and_none_disturbs_another(sender: Sender, tmp_path: Path) -> None:
    files = [write_checkpoint(tmp_path / f"{n}.pt", seed=f"{tmp_path}{n}").read_bytes() for n in range(5)]
    places = [sender.begin(len(data)) for data in files]

    def send(where: str, data: bytes) -> None:
        for start in range(0, len(data), 700_000):
            sender.send(where, data[start : start + 700_000], start)

    threads = [threading.Thread(target=send, args=pair) for pair in zip(places, files, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [sender.offset(where) for where in places] == [len(data) for data in files]
    for where, _ in zip(places[:-1], files, strict=False):
        assert sender.ask("DELETE", where).status == 204
    hand_in(sender, places[-1], files[-1])


def test_many_begun_at_once_are_no_more_than_one_after_the_other(sender: Sender) -> None:
    places: list[str] = []
    start = threading.Barrier(24)

    def begin() -> None:
        start.wait(20)
        places.append(sender.begin(1_000))

    threads = [threading.Thread(target=begin) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(places) == 24  # every one was begun, whoever else was
    assert sum(sender.ask("HEAD", where).status == 200 for where in places) == OPEN_UPLOADS


def test_parts_sent_side_by_side_become_one_file(sender: Sender, data: bytes) -> None:
    middle = len(data) // 2
    first = sender.begin(middle, Upload_Concat="partial")
    second = sender.begin(len(data) - middle, Upload_Concat="partial")
    assert sender.send(second, data[middle:], 0).status == 204
    assert sender.send(first, data[:middle], 0).status == 204
    answer = sender.ask("POST", "/uploads/", Upload_Concat=f"final;{sender.site.url}{first} {second}")
    assert answer.status == 201
    hand_in(sender, str(answer.headers["Location"]), data)


def test_a_form_too_is_read_while_it_arrives(sender: Sender, data: bytes) -> None:
    form = b'--between-the-fields\r\nContent-Disposition: form-data; name="file"; filename="best.pt"\r\n\r\n' + data
    form += b"\r\n--between-the-fields--\r\n"
    form_type = "multipart/form-data; boundary=between-the-fields"
    answer = sender.ask("POST", "/api/tasks/charlie/submissions/", form, Content_Type=form_type)
    assert answer.status == 202
    assert sender.site.ask("state")["submissions"][0][2] == hashlib.sha256(data).hexdigest()
    spool = sender.site.data / "uploads" / "spool"
    assert list(spool.iterdir()) == []


def test_who_is_declined_before_the_end_hears_it_and_the_site_goes_on(site: LiveSite, data: bytes) -> None:
    token = site.ask("fresh")["pair1a"]
    stranger = Sender(site, "nobody")
    assert stranger.send("/uploads/" + "0" * 32, data, 0).status == 401
    sender = Sender(site, token)
    assert sender.send("/uploads/" + "0" * 32, data, 0).status == 404
    where = sender.begin(1_000_000)
    assert sender.send(where, data, 0).status == 413
    assert sender.offset(where) == 0
