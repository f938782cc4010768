"""Large files in and out of one site: how fast, in how much memory, and how soon a film shows its first frame.

A site in a folder of its own, its web process started as ``serve`` starts it. Uploads go by tus, in one request and in
pieces with their sums, and are compared with a plain copy through the same server: an application of ten lines that
writes what it is sent, with no site around it. Then a storm of seeks in a file of the same size, and a film in a real
Chromium. The clients run on the same cores.
"""

import argparse
import base64
import hashlib
import http.client
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent))

from answer_http import REPOSITORY, free_port, percentile, wait_for

MIB: Final = 2**20
PIECE_BYTES: Final = 8 * MIB
#: Each asks for a part of so many bytes from anywhere, again and again; every other one hangs up in the middle.
VIEWERS, SEEKS, PART_BYTES = 32, 25, 2 * MIB
FILM_SECONDS: Final = 60
#: Makes a pair, a film, and a file as large as the one that will be sent; prints how to be somebody.
PREPARE: Final = """
import json, os, sys
import django
django.setup()
from pathlib import Path
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from rest_framework.authtoken.models import Token
from accounts.models import User
from courses.models import Course, Group, Pair
from config.folders import make_folders
from config.static_files import collect
from datasets.models import AcquisitionRules, Clip
from fixtures.films import make_film
from uploads.services import keep_path
size_bytes, seconds = int(sys.argv[1]), int(sys.argv[2])
make_folders()
call_command("migrate", interactive=False, verbosity=0)
collect()
course = Course.objects.create(slug="benchmark", title="Benchmark")
AcquisitionRules.objects.create(course=course, limit_bytes=2**40)
group = Group.objects.create(course=course, name="A1")
pair = Pair.objects.create(course=course, group=group, name="1")
person = User.objects.create(username="student")
pair.members.add(person)
browser = Client()
browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
folder = Path(settings.UPLOADS_DIR)
film = make_film(folder / "film.mp4", seconds=seconds, size=(1280, 720))
large = folder / "large.mp4"
with large.open("wb") as file:
    for _ in range(size_bytes // 2**20):
        file.write(os.urandom(2**20))
clips = []
for number, path in enumerate((film, large), start=1):
    kept = keep_path(path, pair=pair, owner=person, purpose="clip", name=path.name, content_type="video/mp4")
    clips.append(Clip.objects.create(pair=pair, sequence=number, name=path.name, sha256=kept.sha256, copy=kept).pk)
print(json.dumps({
    "token": Token.objects.create(user=person).key,
    "session": browser.cookies["sessionid"].value,
    "film": f"/clips/{clips[0]}/video/",
    "large": f"/clips/{clips[1]}/video/",
    "film_bytes": (folder / Clip.objects.get(pk=clips[0]).copy.key).stat().st_size,
}))
"""
#: The plain copy: what arrives is written, block by block as it comes.
PLAIN: Final = """
import os
async def application(scope, receive, send):
    if scope["type"] == "http":
        with open(os.environ["PLAIN_TARGET"], "wb") as file:
            more = True
            while more:
                message = await receive()
                file.write(message.get("body", b""))
                more = message.get("more_body", False)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})
    elif scope["type"] == "lifespan":
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
"""


class Memory:
    """The resident memory of a process, looked at a hundred times a second while something happens."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self.before = self.most = process.memory_info().rss

    @contextmanager
    def watched(self) -> Iterator[None]:
        over = threading.Event()

        def watch() -> None:
            while not over.wait(0.01):
                self.most = max(self.most, self._process.memory_info().rss)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()

    def __str__(self) -> str:
        return f"{self.before / MIB:.0f} → {self.most / MIB:.0f} MiB"


class Site:
    """Where it is, and how to be a student there."""

    def __init__(self, port: int, known: dict[str, Any]) -> None:
        self.port = port
        self.known = known
        self.tus = {"Authorization": f"Token {known['token']}", "Tus-Resumable": "1.0.0"}

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> http.client.HTTPResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        connection.request(method, path, body, {**self.tus, **named})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status}")
        return answer

    def begin(self, size_bytes: int) -> str:
        purpose = base64.b64encode(b"clip").decode()
        said = {"Upload_Length": str(size_bytes), "Upload_Metadata": f"purpose {purpose}"}
        location = self.ask("POST", "/uploads/", **said).headers["Location"]
        return "/uploads/" + str(location).rsplit("/", 1)[-1]

    def send(self, where: str, offset: int, body: Any, length: int, **headers: str) -> None:
        said = {"Upload_Offset": str(offset), "Content_Length": str(length), **headers}
        self.ask("PATCH", where, body, Content_Type="application/offset+octet-stream", **said)


def send_whole(site: Site, file: IO[bytes], size_bytes: int) -> None:
    where = site.begin(size_bytes)
    site.send(where, 0, file, size_bytes)
    site.ask("DELETE", where)


def send_pieces(site: Site, file: IO[bytes], size_bytes: int) -> None:
    where = site.begin(size_bytes)
    for offset in range(0, size_bytes, PIECE_BYTES):
        piece = file.read(PIECE_BYTES)
        checksum = base64.b64encode(hashlib.sha256(piece).digest()).decode()
        site.send(where, offset, piece, len(piece), Upload_Checksum=f"sha256 {checksum}")
    site.ask("DELETE", where)


def send_plain(port: int, file: IO[bytes], size_bytes: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("POST", "/", file, {"Content-Length": str(size_bytes)})
    connection.getresponse().read()
    connection.close()


def rate_of(send: Callable[[IO[bytes]], None], path: Path, size_bytes: int) -> float:
    """MiB a second, from a file that is in memory already."""
    with path.open("rb") as file:
        while file.read(MIB):
            pass
        file.seek(0)
        started = time.perf_counter()
        send(file)
        return size_bytes / MIB / (time.perf_counter() - started)


def first_bytes(site: Site, path: str, start: int, hang_up: bool) -> float:
    """Seconds until the first byte of a part is there; the rest is read, or left."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    cookie = f"sessionid={site.known['session']}"
    started = time.perf_counter()
    connection.request("GET", path, headers={"Cookie": cookie, "Range": f"bytes={start}-{start + PART_BYTES - 1}"})
    answer = connection.getresponse()
    answer.read(1)
    seconds = time.perf_counter() - started
    assert answer.status == 206, answer.status
    if not hang_up:
        answer.read()
    connection.close()
    return seconds


def storm(site: Site, size_bytes: int) -> list[float]:
    """Everybody seeks at once; how long each waited for the first byte."""
    waited: list[float] = []

    def view(number: int) -> None:
        draw = random.Random(number)
        for _ in range(SEEKS):
            start = draw.randrange(size_bytes - PART_BYTES)
            waited.append(first_bytes(site, site.known["large"], start, hang_up=number % 2 == 1))

    viewers = [threading.Thread(target=view, args=(number,)) for number in range(VIEWERS)]
    for viewer in viewers:
        viewer.start()
    for viewer in viewers:
        viewer.join()
    return waited


FRAMES: Final = """async source => {
  const video = document.createElement("video");
  const heard = name => new Promise((done, failed) => {
    video.addEventListener(name, done, {once: true});
    video.addEventListener("error", () => failed(new Error(video.error?.message)), {once: true});
  });
  const started = performance.now();
  video.muted = true;
  video.preload = "auto";
  const first = heard("loadeddata");
  video.src = source;
  await first;
  const shown = performance.now() - started;
  const seeks = [];
  for (const share of [0.9, 0.2, 0.6]) {
    const since = performance.now();
    const there = heard("seeked");
    video.currentTime = share * video.duration;
    await there;
    seeks.push(performance.now() - since);
  }
  return [shown, Math.max(...seeks)];
}"""


def first_frame(site: Site) -> tuple[float, float] | None:
    """Milliseconds to the first frame and to the slowest of three seeks, in Chromium; None without one."""
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        except Error:
            return None
        context = browser.new_context()
        url = f"http://127.0.0.1:{site.port}"
        context.add_cookies([{"name": "sessionid", "value": site.known["session"], "url": url}])
        page = context.new_page()
        page.goto(f"{url}/healthz")
        shown, sought = page.evaluate(FRAMES, site.known["film"])
        browser.close()
        return float(shown), float(sought)


def server(port: int, application: str, folder: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """As ``serve`` starts the web process."""
    command = [sys.executable, "-m", "uvicorn", application, "--host", "127.0.0.1", "--port", str(port)]
    command += ["--log-level", "warning", "--no-server-header", "--no-proxy-headers"]
    return subprocess.Popen(command, cwd=folder, env=environment)


def table(rows: list[tuple[str, str, str]]) -> None:
    for name, figure, memory in rows:
        print(f"{name:42} {figure:>26} {memory:>20}")


def run(site: Site, web: psutil.Process, plain: int, path: Path, rounds: int) -> None:
    size_bytes = path.stat().st_size
    ways: dict[str, Callable[[IO[bytes]], None]] = {
        "plain": lambda file: send_plain(plain, file, size_bytes),
        "whole": lambda file: send_whole(site, file, size_bytes),
        "pieces": lambda file: send_pieces(site, file, size_bytes),
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    memory = {name: Memory(web) for name in ways}
    for _ in range(rounds):  # in turns, so that a busy machine is as busy for each
        for name, send in ways.items():
            with memory[name].watched():
                rates[name].append(rate_of(send, path, size_bytes))
    best = {name: max(found) for name, found in rates.items()}
    seeking = Memory(web)
    with seeking.watched():
        waited = storm(site, size_bytes)
    alone = [first_bytes(site, site.known["large"], size_bytes // 2, hang_up=True) for _ in range(20)]
    frames = first_frame(site)
    ms = f"{percentile(waited, 0.5) * 1000:.0f} / {percentile(waited, 0.95) * 1000:.0f} ms"
    film = f"{site.known['film_bytes'] / MIB:.0f} MiB, {FILM_SECONDS} s, 720p"
    print(f"{size_bytes / MIB:.0f} MiB a file, best of {rounds}; {os.cpu_count()} cores (the clients run on them too)")
    table(
        [
            ("", "", "web process"),
            ("a plain copy through the same server", f"{best['plain']:.0f} MiB/s", ""),
            *(
                (said, f"{best[name]:.0f} MiB/s, {best[name] / best['plain']:.2f} of it", str(memory[name]))
                for name, said in (
                    ("whole", "an upload in one request"),
                    ("pieces", f"in pieces of {PIECE_BYTES // MIB} MiB, with sums"),
                )
            ),
            (f"{VIEWERS} viewers, {VIEWERS * SEEKS} seeks: first byte", f"{ms} (median / p95)", str(seeking)),
            ("one seek alone: first byte", f"{percentile(alone, 0.5) * 1000:.1f} ms (median)", ""),
            (
                f"a film ({film}): first frame",
                f"{frames[0]:.0f} ms, seeks ≤ {frames[1]:.0f} ms" if frames else "no Chromium here",
                "",
            ),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=2048)
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "plain.py").write_text(PLAIN)
        paths = os.pathsep.join(map(str, (folder, REPOSITORY, REPOSITORY / "platform")))
        environment = {
            **os.environ,
            "PYTHONPATH": paths,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DLCV_DATA_DIR": str(folder / "data"),
            "DLCV_DEMO": "1",
            "PLAIN_TARGET": str(folder / "plain.bin"),
        }
        made = subprocess.run(
            [sys.executable, "-c", PREPARE, str(arguments.mib * MIB), str(FILM_SECONDS)],
            cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, check=True, text=True,
        )  # fmt: skip
        path = folder / "sent.mp4"
        with path.open("wb") as file:
            file.write(b"\0\0\0\x20ftypisom")  # begins as a film does; the rest is noise that nothing makes smaller
            while file.tell() < arguments.mib * MIB:
                file.write(os.urandom(min(MIB, arguments.mib * MIB - file.tell())))
        ports = free_port(), free_port()
        web = server(ports[0], "config.asgi:application", REPOSITORY, environment)
        plain = server(ports[1], "plain:application", folder, environment)
        try:
            wait_for(ports[0], web)
            run(Site(ports[0], json.loads(made.stdout)), psutil.Process(web.pid), ports[1], path, arguments.rounds)
        finally:
            for process in (web, plain):
                process.terminate()
                process.wait(20)


if __name__ == "__main__":
    main()
