"""A real Apache and a real lighttpd, with what docs/administrators.md says: they send what the site names, in parts."""

import os
import re
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.end_to_end.conftest import free_port
from tests.uploads.test_behind_nginx import DATA, REPOSITORY, ask, assert_sent_whole_in_parts_and_not_again, site
from uploads import services
from uploads.models import StoredFile

__all__ = ["site"]
pytestmark = pytest.mark.django_db
APACHES_MODULES = ("mpm_event", "authz_core", "headers", "proxy", "proxy_http", "proxy_wstunnel", "xsendfile")


@pytest.fixture
def kept_in(settings: Settings) -> Iterator[Path]:
    """Uploads in a folder that another user may enter, as one gives the web server the right to read."""
    folder = Path(tempfile.mkdtemp())
    settings.UPLOADS_DIR, settings.SENDFILE = folder / "uploads", "x-sendfile"
    yield folder / "uploads"
    shutil.rmtree(folder)


@pytest.fixture
def stored(kept_in: Path, tmp_path: Path) -> StoredFile:
    made = tmp_path / "made.mp4"
    made.write_bytes(DATA)
    stored = services.keep_path(made, pair=None, owner=None, purpose="film", name="mug.mp4", content_type="video/mp4")
    for path in (kept_in.parent, kept_in, *kept_in.rglob("*")):
        path.chmod(0o755 if stat.S_ISDIR(path.stat().st_mode) else 0o644)
    return stored


def excerpt(server: str, port: int, folder: Path) -> str:
    """What the documentation says, with our port and folder in it."""
    (block,) = re.findall(rf"```{server}\n(.*?)```", (REPOSITORY / "docs/administrators.md").read_text("utf-8"), re.S)
    assert "8000" in block
    assert "/srv/dlcv/uploads" in block
    return block.replace("8000", str(port)).replace("/srv/dlcv/uploads", str(folder))


def program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def apache(folder: Path, port: int, block: str) -> list[str]:
    modules = Path("/usr/lib/apache2/modules")
    if not (modules / "mod_xsendfile.so").exists():
        pytest.skip("mod_xsendfile is not installed")
    loaded = "".join(f"LoadModule {name}_module {modules}/mod_{name}.so\n" for name in APACHES_MODULES)
    (folder / "apache.conf").write_text(
        f"ServerRoot {folder}\nPidFile {folder}/apache.pid\nErrorLog {folder}/apache.log\nServerName localhost\n"
        f"Listen 127.0.0.1:{port}\n{loaded}{'User www-data' if os.geteuid() == 0 else ''}\n{block}"
    )
    return [program("apache2"), "-D", "FOREGROUND", "-f", str(folder / "apache.conf")]


def lighttpd(folder: Path, port: int, block: str) -> list[str]:
    (folder / "lighttpd.conf").write_text(
        f'server.port = {port}\nserver.bind = "127.0.0.1"\nserver.document-root = "{folder}/nothing"\n'
        f'server.errorlog = "{folder}/lighttpd.log"\nserver.upload-dirs = ("{folder}")\n{block}'
    )
    return [program("lighttpd"), "-D", "-f", str(folder / "lighttpd.conf")]


SERVERS = {"apache": apache, "lighttpd": lighttpd}


@pytest.fixture(params=sorted(SERVERS))
def front(request: pytest.FixtureRequest, tmp_path: Path, kept_in: Path, site: int) -> Iterator[int]:
    port = free_port()
    program = SERVERS[request.param]
    process = subprocess.Popen(program(tmp_path, port, excerpt(request.param, site, kept_in)))
    try:
        deadline = time.monotonic() + 20
        while not answers(port):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def answers(port: int) -> bool:
    try:
        return ask(port, "/")[0] > 0
    except OSError:
        return False


def test_it_sends_the_file_whole_in_parts_and_not_again(front: int, stored: StoredFile) -> None:
    headers = assert_sent_whole_in_parts_and_not_again(front)
    assert headers["ETag"] == f'"{stored.sha256}"'
    assert headers["X-Sendfile"] is None
    another = {"Range": "bytes=0-9", "If-Range": '"another"'}
    assert ask(front, "/clips/1/copy/", **another)[1] == DATA
    assert ask(front, "/clips/1/copy/", **{"If-None-Match": '"0"'})[0] == 200


def test_nobody_reaches_the_folder_without_the_sites_word(front: int, stored: StoredFile) -> None:
    for path in (f"/{stored.key}", f"/uploads/{stored.key}", f"/clips/../uploads/{stored.key}"):
        status, body, _ = ask(front, path)
        assert status in (400, 404)
        assert DATA[:100] not in body
