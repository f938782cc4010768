"""Handing in from a terminal: a file arrives once and whole, whatever happens on its way."""

import contextlib
import hashlib
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from dlcv import upload

from courses.arrivals import disk_is_full
from tests.client.bad_line import Fault
from tests.client.conftest import Person, write_checkpoint
from tests.client.live_site import REPOSITORY

SUBMIT = "/api/tasks/charlie/submissions/"


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def assert_arrived_once(person: Person, path: Path) -> None:
    state = person.state()
    ((number, pair, sha256, name),) = state["submissions"]
    assert (pair, sha256, name) == ("1", sha256_of(path), path.name)
    assert state["stored"] == {str(number): path.stat().st_size}
    assert state["jobs"] == 1
    assert state["uploads"] == []
    assert not list((person.home / "state").rglob("*.json"))


def test_a_checkpoint_is_handed_in(person: Person, checkpoint: Path) -> None:
    said = person.dlcv("submit", str(checkpoint), "--task", "charlie")
    assert said.code == 0, said.err
    assert "Handed in as number" in said.out
    assert sha256_of(checkpoint)[:12] in said.out
    assert "best.pt 100.0%" in said.err  # without a terminal, a line now and then
    assert "MB/s" in said.err
    assert all(said.err.splitlines())
    assert_arrived_once(person, checkpoint)
    assert person.line.sent() == checkpoint.stat().st_size
    assert person.waits == []


def test_a_terminal_shows_a_bar_with_pace_and_time(person: Person, checkpoint: Path) -> None:
    primary, secondary = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "client"), "TERM": "xterm", "COLUMNS": "100"}
    command = [sys.executable, "-m", "dlcv", "submit", str(checkpoint)]
    with subprocess.Popen(command, env=environment, stdin=secondary, stdout=secondary, stderr=secondary) as client:
        os.close(secondary)
        shown = b""
        with contextlib.suppress(OSError):  # how a terminal says that its last program has gone
            while block := os.read(primary, 65536):
                shown += block
        assert client.wait(60) == 0
    os.close(primary)
    assert b"best.pt" in shown
    assert "━".encode() in shown
    assert b"%" in shown
    assert b"Handed in as number" in shown
    assert b"Traceback" not in shown
    assert_arrived_once(person, checkpoint)


def test_the_only_task_needs_no_name_and_a_script_gets_one_object(person: Person, checkpoint: Path) -> None:
    said = person.dlcv("submit", str(checkpoint), "--json")
    assert said.code == 0
    receipt = said.json
    assert receipt["sha256"] == sha256_of(checkpoint)
    assert (receipt["status"], receipt["position"], receipt["recognised"]) == ("queued", 1, False)


def test_the_same_file_again_is_known_and_not_sent_again(person: Person, checkpoint: Path) -> None:
    first = person.dlcv("submit", str(checkpoint), "--json").json
    sent = person.line.sent()
    again = person.dlcv("submit", str(checkpoint), "--json").json
    assert again == {**first, "recognised": True}
    assert person.line.sent() == sent
    assert_arrived_once(person, checkpoint)


BAD_MOMENTS = {
    "cut in a piece": [Fault("PATCH", "cut", skip=2), Fault("PATCH", "cut", skip=1)],
    "cut in every other piece": [Fault("PATCH", "cut", skip=1) for _ in range(4)],
    "502": [Fault("PATCH", "answer", skip=1), Fault("HEAD", "answer"), Fault("POST", "answer", path="/uploads/")],
    "503 before all": [Fault("GET", "answer", status=503), Fault("GET", "answer", status=504)],
    "the answer to a piece is lost": [Fault("PATCH", "lose-answer", skip=1)],
    "the answer to the hand-in is lost": [Fault("POST", "lose-answer", path=SUBMIT)],
    "the answer to the hand-in is cut": [Fault("POST", "half-answer", path=SUBMIT)],
    "the beginning's answer is lost": [Fault("POST", "lose-answer", path="/uploads/")],
    "a piece is damaged": [Fault("PATCH", "damage"), Fault("PATCH", "damage", skip=1)],
    "somebody else writes": [Fault("PATCH", "answer", status=423, skip=1)],
    "too many requests": [Fault("POST", "answer", path=SUBMIT, status=429, headers={"Retry-After": "7"})],
}


@pytest.mark.parametrize("faults", BAD_MOMENTS.values(), ids=BAD_MOMENTS.keys())
def test_a_bad_line_costs_time_and_nothing_else(person: Person, checkpoint: Path, faults: list[Fault]) -> None:
    person.line.faults = [Fault(**vars(fault)) for fault in faults]
    said = person.dlcv("submit", str(checkpoint), "--json")
    assert said.code == 0, said.err
    assert person.line.faults == []  # each of them happened
    assert said.json["sha256"] == sha256_of(checkpoint)
    assert person.waits
    assert "Trying again" in said.err
    state = person.state()
    assert [row[2] for row in state["submissions"]] == [sha256_of(checkpoint)]
    assert state["jobs"] == 1


def test_a_server_that_asks_for_time_gets_it(person: Person, checkpoint: Path) -> None:
    person.line.faults = [Fault("POST", "answer", path=SUBMIT, status=429, headers={"Retry-After": "7"})]
    assert person.dlcv("submit", str(checkpoint)).code == 0
    assert person.waits == [7.0]


def test_a_silent_server_is_left_and_asked_again(person: Person, checkpoint: Path) -> None:
    person.line.faults = [Fault("PATCH", "stall", skip=1)]
    said = person.dlcv("submit", str(checkpoint), "--timeout", "1")
    assert said.code == 0, said.err
    assert "The server does not answer." in said.err
    assert_arrived_once(person, checkpoint)


def test_pieces_shrink_on_a_bad_line_and_grow_on_a_good_one(person: Person, checkpoint: Path) -> None:
    person.line.faults = [Fault("PATCH", "cut", skip=2)]
    assert person.dlcv("submit", str(checkpoint)).code == 0
    sizes = [size for method, _, size in person.line.seen if method == "PATCH"]
    assert sizes[:4] == [2**18, 2**19, 2**20, 2**19]
    assert max(sizes) <= upload.LARGEST_PIECE_BYTES


def test_a_line_that_stays_dead_is_given_up_and_the_same_command_goes_on(person: Person, checkpoint: Path) -> None:
    person.line.faults = [Fault("PATCH", "answer", skip=2)] + [Fault("HEAD", "answer") for _ in range(3)]
    said = person.dlcv("submit", str(checkpoint), "--retries", "3")
    assert said.code == 1
    assert "failed: The server cannot answer just now (502)." in said.err
    assert len(person.waits) == 3
    assert person.waits == sorted(person.waits)  # each at least as long as the one before
    ((_, offset),) = person.state()["uploads"]
    assert offset == 2**18 + 2**19
    person.line.seen.clear()
    assert person.dlcv("submit", str(checkpoint)).code == 0
    assert person.line.sent() == checkpoint.stat().st_size - offset
    assert_arrived_once(person, checkpoint)


def test_a_killed_client_goes_on_where_it_stopped(person: Person, checkpoint: Path) -> None:
    person.line.faults = [Fault("PATCH", "stall", skip=2)]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "client")}
    command = [sys.executable, "-m", "dlcv", "submit", str(checkpoint)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as client:
        assert person.line.stalled.wait(60)
        arguments = Path(f"/proc/{client.pid}/cmdline").read_text("utf-8")
        client.send_signal(signal.SIGKILL)
    assert person.tokens["pair1a"] not in arguments
    ((_, offset),) = person.state()["uploads"]
    assert offset == 2**18 + 2**19
    (kept,) = (person.home / "state").rglob("*.json")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert person.tokens["pair1a"] not in kept.read_text("utf-8")
    person.line.seen.clear()
    assert person.dlcv("submit", str(checkpoint)).code == 0
    assert person.line.sent() == checkpoint.stat().st_size - offset
    assert_arrived_once(person, checkpoint)


def test_ctrl_c_says_how_to_go_on(person: Person, checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("dlcv.patience.sleep", interrupt)
    person.line.faults = [Fault("PATCH", "answer", skip=1)]
    said = person.dlcv("submit", str(checkpoint))
    assert said.code == 130
    assert "Run the same command again" in said.err
    assert len(person.state()["uploads"]) == 1


def test_a_server_that_is_killed_and_started_again_has_what_had_arrived(person: Person, checkpoint: Path) -> None:
    def restart() -> None:
        person.site.kill()
        person.site.start()

    person.line.faults = [Fault("PATCH", "answer", skip=2, meanwhile=restart)]
    assert person.dlcv("submit", str(checkpoint)).code == 0
    assert person.line.sent() == checkpoint.stat().st_size + 2**20  # the piece that met the restart goes twice
    assert_arrived_once(person, checkpoint)


def test_an_upload_that_expired_meanwhile_starts_anew(person: Person, checkpoint: Path) -> None:
    forget = Fault("PATCH", "meanwhile", skip=2, meanwhile=lambda: person.site.ask("forget_uploads"))
    person.line.faults = [forget]
    said = person.dlcv("submit", str(checkpoint))
    assert said.code == 0
    assert "it starts anew" in said.err
    assert_arrived_once(person, checkpoint)


def test_a_client_that_comes_back_to_an_expired_upload_starts_anew(person: Person, checkpoint: Path) -> None:
    person.line.faults = [Fault("PATCH", "answer", skip=1)]
    assert person.dlcv("submit", str(checkpoint), "--retries", "0").code == 1
    assert person.site.ask("forget_uploads") == 1
    assert person.dlcv("submit", str(checkpoint)).code == 0
    assert_arrived_once(person, checkpoint)


def test_a_file_that_a_training_overwrites_meanwhile_starts_anew(person: Person, checkpoint: Path) -> None:
    def train_on() -> None:
        write_checkpoint(checkpoint, seed="one epoch later")

    person.line.faults = [Fault("PATCH", "meanwhile", skip=1, meanwhile=train_on)]
    said = person.dlcv("submit", str(checkpoint))
    assert said.code == 0
    assert "changed while it was being sent" in said.err
    assert_arrived_once(person, checkpoint)  # the later one, and nothing of the earlier


def test_a_file_that_changes_without_end_is_refused(person: Person, checkpoint: Path) -> None:
    def train_on(epoch: int) -> Any:
        return lambda: write_checkpoint(checkpoint, seed=f"epoch {epoch}")

    person.line.faults = [Fault("PATCH", "meanwhile", meanwhile=train_on(epoch)) for epoch in range(3)]
    said = person.dlcv("submit", str(checkpoint))
    assert said.code == 2
    assert "keeps changing" in said.err
    assert person.state()["submissions"] == []


def test_a_file_that_changed_between_two_runs_is_another_upload(person: Person, checkpoint: Path) -> None:
    person.line.faults = [Fault("PATCH", "answer", skip=1)]
    assert person.dlcv("submit", str(checkpoint), "--retries", "0").code == 1
    write_checkpoint(checkpoint, seed="trained on")
    person.line.seen.clear()
    assert person.dlcv("submit", str(checkpoint)).code == 0
    assert person.line.sent() == checkpoint.stat().st_size
    assert [method for method, _, _ in person.line.seen].count("DELETE") == 1
    assert_arrived_once(person, checkpoint)


def test_a_server_that_stored_another_file_is_found_out(person: Person, checkpoint: Path) -> None:
    lie = {"id": 7, "status": "queued", "position": 1, "recognised": False, "sha256": "5e" * 32}
    person.line.faults = [Fault("POST", "answer", path=SUBMIT, status=202, body=lie)]
    said = person.dlcv("submit", str(checkpoint), "--json")
    assert said.code == 1
    assert said.json["error"]["code"] == "stored_otherwise"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_full_disk_is_said_and_not_tried_again(person: Person, checkpoint: Path, language: str) -> None:
    full = disk_is_full()
    body = {"code": full.code, "reason": full.reason, "advice": full.advice}
    person.line.faults = [Fault("PATCH", "answer", skip=1, status=507, body=body)]
    person.speak(language)
    said = person.dlcv("submit", str(checkpoint))
    assert said.code == 1
    assert full.reason[language] in said.err
    assert full.advice[language] in said.err
    assert person.waits == []


def test_what_is_no_checkpoint_is_refused_after_its_first_piece(person: Person, tmp_path: Path) -> None:
    page = tmp_path / "best.pt"
    page.write_bytes(b"<!doctype html>" + b"x" * 2_000_000)
    said = person.dlcv("submit", str(page), "--json")
    assert said.code == 2
    assert "refused: This is not a checkpoint but a web page." in said.err
    assert said.json["error"]["code"] == "not_a_checkpoint"
    assert person.line.sent() <= upload.FIRST_PIECE_BYTES
    assert person.state()["uploads"] == []
    assert not list((person.home / "state").rglob("*.json"))


def test_a_file_over_the_limit_is_refused_before_a_byte_is_sent(person: Person, tmp_path: Path) -> None:
    large = tmp_path / "best.pt"
    with large.open("wb") as file:
        file.truncate(201 * 2**20)
    said = person.dlcv("submit", str(large))
    assert said.code == 2
    assert "strip_optimizer" in said.err
    assert person.line.sent() == 0


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.touch(), lambda path: path.mkdir()])
def test_what_cannot_be_sent_is_refused_at_once(person: Person, tmp_path: Path, make: Any) -> None:
    make(tmp_path / "best.pt")
    assert person.dlcv("submit", str(tmp_path / "best.pt")).code == 2
    assert person.line.sent("POST") == 0


def test_a_closed_task_and_an_unknown_one_are_said_before_anything_is_sent(person: Person, checkpoint: Path) -> None:
    said = person.dlcv("submit", str(checkpoint), "--task", "charly")
    assert said.code == 2
    assert "The tasks are: charlie" in said.err
    person.site.ask("close_task")
    assert person.dlcv("submit", str(checkpoint), "--task", "charlie").code == 2
    assert person.line.sent("POST") == 0
    assert person.state()["submissions"] == []


def test_a_used_up_day_is_said_before_anything_is_sent(person: Person, checkpoint: Path) -> None:
    person.site.ask("set_quota", per_day=1)
    person.site.ask("handed_in", pair="1", text="the first of today")
    said = person.dlcv("submit", str(checkpoint), "--json")
    assert said.code == 2
    assert said.json["error"]["code"] == "quota_is_used"
    assert person.line.sent("POST") == 0
    assert len(person.state()["submissions"]) == 1


def test_a_day_that_is_used_up_meanwhile_is_said_by_the_server(person: Person, checkpoint: Path) -> None:
    def by_the_team_mate() -> None:
        person.site.ask("set_quota", per_day=1)
        person.site.ask("handed_in", pair="1", text="by the other of the pair")

    person.line.faults = [Fault("PATCH", "meanwhile", meanwhile=by_the_team_mate)]
    said = person.dlcv("submit", str(checkpoint))
    assert said.code == 2
    assert "evaluations of today" in said.err
    assert person.waits == []  # tomorrow is too far to wait for


def test_an_instructor_is_told_that_pairs_hand_in(person: Person, checkpoint: Path) -> None:
    person.become("prof")
    assert person.dlcv("submit", str(checkpoint)).code == 2
    assert person.line.sent("POST") == 0


def test_weights_alone_are_handed_in_again_with_the_network_they_belong_to(person: Person, checkpoint: Path) -> None:
    first = person.dlcv("submit", str(checkpoint), "--json").json
    person.site.ask("refused", number=first["id"])
    again = person.dlcv("submit", str(checkpoint), "--configuration", "yolov5s", "--json").json
    assert (again["id"], again["recognised"]) == (first["id"], True)
    assert again["status"] == "queued"
    shown = person.dlcv("status", str(first["id"]), "--json").json
    assert shown["configuration"] == "yolov5s"
    said = person.dlcv("submit", str(checkpoint), "--configuration", "no/such; network")
    assert said.code == 0  # it waits already: nothing is sent, nothing changes


def test_a_revoked_token_is_refused_and_says_to_sign_in_again(person: Person, checkpoint: Path) -> None:
    person.site.ask("renew_token", user="pair1a")
    said = person.dlcv("submit", str(checkpoint))
    assert said.code == 2
    assert "dlcv login" in said.err
    assert person.waits == []


def test_the_score_is_waited_for(person: Person, checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    number = 0
    errands: list[Any] = [
        lambda: person.site.ask("under_way", number=number, done=12, total=50),
        lambda: person.site.ask("ended", number=number, score=0.4231),
    ]

    def pass_time(seconds: float) -> None:
        nonlocal number
        ((number, *_),) = person.state()["submissions"]
        errands.pop(0)()

    monkeypatch.setattr("dlcv.patience.sleep", pass_time)
    said = person.dlcv("submit", str(checkpoint), "--watch")
    assert said.code == 0
    assert "queued: place 1" in said.err
    assert "predicting: image 12 of 50" in said.err
    assert all(said.err.splitlines())
    assert "mAP50-95 42.3%" in said.out
