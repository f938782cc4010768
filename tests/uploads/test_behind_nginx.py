"""A real nginx with the configuration of docs/administrators.md: it sends what the site allows, and nothing else."""

import http.client
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from tests.end_to_end.conftest import free_port
from uploads import services
from uploads.models import StoredFile
from uploads.serving import serve

pytestmark = pytest.mark.django_db
REPOSITORY = Path(__file__).resolve().parents[2]
DATA = bytes(range(256)) * 1_000


@pytest.fixture
def stored(tmp_path: Path, folders: Path, settings: Settings) -> StoredFile:
    settings.SENDFILE = "x-accel"
    made = tmp_path / "made.mp4"
    made.write_bytes(DATA)
    return services.keep_path(made, pair=None, owner=None, purpose="film", name="mug.mp4", content_type="video/mp4")


@pytest.fixture
def site(stored: StoredFile) -> Iterator[int]:
    """Answers what our view answers, and 404 at every other address; its port."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            request = RequestFactory().generic(self.command, self.path, headers=dict(self.headers.items()))
            if self.path != "/clips/1/copy/":
                self.send_error(404)
                return
            answer = serve(request, stored, inline=True)
            self.send_response(answer.status_code)
            for name, value in answer.items():
                self.send_header(name, value)
            self.end_headers()

        do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def nginx(tmp_path: Path, folders: Path, site: int) -> Iterator[int]:
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        if os.environ.get("DLCV_REQUIRE_BROWSER"):
            pytest.fail("nginx is not installed")
        pytest.skip("nginx is not installed")
    port = free_port()
    (block,) = re.findall(r"```nginx\n(.*?)```", (REPOSITORY / "docs/administrators.md").read_text("utf-8"), re.S)
    for said, ours in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port};"),
        ("http://127.0.0.1:8000", f"http://127.0.0.1:{site}"),
        ("alias /srv/dlcv/uploads/;", f"alias {folders / 'uploads'}/;"),
    ):
        assert said in block
        block = block.replace(said, ours)
    temporary = "".join(
        f"{name}_temp_path {tmp_path}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"{'user root;' if os.geteuid() == 0 else ''} daemon off; pid {tmp_path}/nginx.pid; worker_processes 1;\n"
        f"error_log {tmp_path}/nginx.log; events {{}}\n"
        f"http {{ access_log off;\n{temporary}"
        f'map $http_upgrade $connection_upgrade {{ default upgrade; "" ""; }}\n{block} }}\n'
    )
    command = [program, "-p", str(tmp_path), "-e", str(tmp_path / "start.log"), "-c", str(tmp_path / "nginx.conf")]
    process = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + 20
        while not (tmp_path / "nginx.pid").exists():
            assert process.poll() is None, (tmp_path / "start.log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path, headers={"Host": "quest.example.org", **headers})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body, answer.headers


def assert_sent_whole_in_parts_and_not_again(port: int) -> http.client.HTTPMessage:
    """Whichever server sends it; returns the headers of the whole."""
    status, body, headers = ask(port, "/clips/1/copy/")
    assert (status, body) == (200, DATA)
    assert headers["Content-Type"] == "video/mp4"
    assert headers["Content-Disposition"] == 'inline; filename="mug.mp4"'
    assert headers["Cache-Control"] == "private, no-cache, no-transform"
    assert headers["X-Content-Type-Options"] == "nosniff"
    status, body, part = ask(port, "/clips/1/copy/", Range="bytes=1000-1999")
    assert (status, body, part["Content-Range"]) == (206, DATA[1_000:2_000], f"bytes 1000-1999/{len(DATA)}")
    assert ask(port, "/clips/1/copy/", Range=f"bytes={len(DATA)}-")[0] == 416
    assert ask(port, "/clips/1/copy/", **{"If-None-Match": headers["ETag"]})[:2] == (304, b"")
    status, body, head = ask(port, "/clips/1/copy/", "HEAD")
    assert (status, body, head["Content-Length"]) == (200, b"", str(len(DATA)))
    return headers


def test_nginx_sends_the_file_whole_in_parts_and_not_again(nginx: int, stored: StoredFile) -> None:
    headers = assert_sent_whole_in_parts_and_not_again(nginx)
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Accel-Redirect"] is None


def test_nobody_reaches_the_folder_without_the_sites_word(nginx: int, stored: StoredFile) -> None:
    for path in (f"/kept-files/{stored.key}", "/kept-files/", f"/kept-files/../kept-files/{stored.key}"):
        status, body, _ = ask(nginx, path)
        assert status == 404
        assert DATA[:100] not in body
