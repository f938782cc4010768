"""The lines for curl, as the page shows them, really run: by bash, against the live site."""

import hashlib
import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.builders import PASSWORD
from tests.client.conftest import Person

pytestmark = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("bash")),
    reason="no curl and bash on this machine (apt-get install curl)",
)


@pytest.fixture
def lines(person: Person) -> dict[str, str]:
    host = person.line.url.partition("//")[2]
    page = person.site.ask("page", user="pair1a", path="/tasks/charlie/terminal/", language="fr", host=host)
    blocks = re.findall(r'id="lines-curl-([a-z]+)"><code>(.*?)</code></pre>', page, re.S)
    return {name: html.unescape(block) for name, block in blocks}


def run(person: Person, checkpoint: Path, *blocks: str) -> subprocess.CompletedProcess[str]:
    """One shell for all of them, in the checkpoint's folder, with an answer for each question."""
    return subprocess.run(
        ["bash", "-c", "\n".join(blocks)], cwd=checkpoint.parent, text=True, capture_output=True,
        env={"HOME": str(person.home), "PATH": "/usr/bin:/bin:/usr/local/bin", "NO_PROXY": "127.0.0.1"},
        input=f"pair1a\n{PASSWORD}\n", check=False, timeout=120,
    )  # fmt: skip


def test_a_checkpoint_goes_in_one_go(person: Person, checkpoint: Path, lines: dict[str, str]) -> None:
    done = run(person, checkpoint, lines["login"], "echo", lines["submit"])
    assert done.returncode == 0, done.stderr
    digest = hashlib.sha256(checkpoint.read_bytes()).hexdigest()
    assert json.loads(done.stdout.splitlines()[-1])["sha256"] == digest
    assert [row[2] for row in person.state()["submissions"]] == [digest]
    kept = person.home / ".dlcv-header"
    assert kept.read_text("utf-8").strip() == f"Authorization: Token {person.tokens['pair1a']}"
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_checkpoint_goes_in_pieces(person: Person, checkpoint: Path, lines: dict[str, str]) -> None:
    small = lines["pieces"].replace("head -c 4M", "head -c 1M")
    done = run(person, checkpoint, lines["login"], "echo", small)
    assert done.returncode == 0, done.stderr
    assert [method for method, _, _ in person.line.seen].count("PATCH") == 3
    digest = hashlib.sha256(checkpoint.read_bytes()).hexdigest()
    assert json.loads(done.stdout.splitlines()[-1])["sha256"] == digest
    assert [row[2] for row in person.state()["submissions"]] == [digest]
    assert json.loads(person.dlcv("status", "--json").out)["submissions"][0]["checkpoint"]["name"] == checkpoint.name
    assert person.state()["uploads"] == []


def test_submissions_and_the_board_are_read(person: Person, checkpoint: Path, lines: dict[str, str]) -> None:
    number = person.site.ask("handed_in", pair="1", text="weights")
    person.site.ask("finished", number=number, score=0.5)
    done = run(person, checkpoint, lines["login"], "echo", lines["follow"].replace("\n", "\necho\n"))
    assert done.returncode == 0, done.stderr
    own, board = (json.loads(line) for line in done.stdout.splitlines()[-2:])
    assert own[0]["id"] == number
    rows = board["rows"] if isinstance(board, dict) else board
    assert rows[0]["score"] == 0.5
