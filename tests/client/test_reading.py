"""What a terminal shows of submissions and of the board: in both languages, for scripts, and to be driven by nobody."""

import json
import unicodedata
from typing import Any

import pytest

from tests.client.bad_line import Fault
from tests.client.conftest import Person

ESCAPES = "\x1b[2J\x1b]0;!\x07\x9b1m\u202eg\u200b\r\x08"


def evaluated(person: Person, pair: str, score: float, **more: Any) -> int:
    number = int(person.site.ask("handed_in", pair=pair, text=f"{pair} {score}"))
    person.site.ask("finished", number=number, score=score, **more)
    return number


def assert_nothing_drives_the_terminal(text: str) -> None:
    odd = {c for c in text if c not in "\n\N{NO-BREAK SPACE}" and unicodedata.category(c)[0] == "C"}
    assert odd == set()


def test_a_queued_submission_says_its_place(person: Person) -> None:
    person.site.ask("handed_in", pair="2", text="before")
    number = person.site.ask("handed_in", pair="1", text="after")
    said = person.dlcv("status", str(number))
    assert said.code == 0
    assert "queued: place 2" in said.out


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["mAP50-95 42.3%", "mAP50 52.3%", "yolov5n", "1.77 million parameters", "charlie", "done"]),
        ("fr", ["mAP50-95 42,3\N{NO-BREAK SPACE}%", "précision 50,0", "1,77 millions de paramètres", "terminé"]),
    ],
)
def test_a_score_is_read_in_ones_language(person: Person, language: str, words: list[str]) -> None:
    number = evaluated(person, "1", 0.4231)
    person.speak(language)
    said = person.dlcv("status", str(number))
    assert said.code == 0
    assert [word for word in words if word not in said.out] == []


def test_the_interval_of_the_score_is_said(person: Person) -> None:
    number = evaluated(person, "1", 0.4231)
    whole = person.dlcv("status", str(number), "--json").json
    whole["metrics"]["intervals"] = {"map50_95": [0.401, 0.4498]}
    path = f"/api/submissions/{number}/"
    person.line.faults = [Fault("GET", "answer", path=path, status=200, body=whole)]
    assert "(95% interval: 40.1–45.0)" in person.dlcv("status", str(number)).out


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ["refused", "It holds a NaN.", "Train again."]), ("fr", ["refusé", "Il contient un NaN.", "Réentraînez."])],
)
def test_a_refused_submission_says_why_and_what_to_do(person: Person, language: str, words: list[str]) -> None:
    number = person.site.ask("handed_in", pair="1", text="nan")
    person.site.ask("refused", number=number)
    person.speak(language)
    said = person.dlcv("status", str(number))
    assert said.code == 2
    assert [word for word in words if word not in said.out] == []


def test_a_failure_of_ours_says_its_incident(person: Person) -> None:
    number = person.site.ask("handed_in", pair="1", text="crash")
    person.site.ask("failed", number=number)
    said = person.dlcv("status", str(number))
    assert said.code == 1
    assert "0123abcd4567" in said.out


def test_ones_own_submissions_are_listed_and_nobody_elses(person: Person) -> None:
    own, other = evaluated(person, "1", 0.5), evaluated(person, "2", 0.6)
    listed = person.dlcv("status", "--json").json["submissions"]
    assert [one["id"] for one in listed] == [own]
    assert "50.0%" in person.dlcv("status").out
    said = person.dlcv("status", str(other))
    assert said.code == 2
    assert f"There is no submission {other} of yours." in said.err
    assert "60" not in said.out


def test_waiting_shows_each_stage_and_ends_with_the_score(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    number = person.site.ask("handed_in", pair="1", text="watched")
    errands = [
        lambda: person.site.ask("under_way", number=number, done=12, total=50),
        lambda: person.site.ask("ended", number=number, score=0.25),
    ]
    monkeypatch.setattr("dlcv.patience.sleep", lambda seconds: errands.pop(0)())
    person.speak("fr")
    said = person.dlcv("status", "--watch", "--json")
    assert said.code == 0
    assert said.json["score"] == 0.25
    assert "en attente\N{NO-BREAK SPACE}: place 1" in said.err
    assert "image 12 sur 50" in said.err


def test_the_board_is_a_table_with_ones_own_pair_marked(person: Person) -> None:
    evaluated(person, "1", 0.4)
    evaluated(person, "2", 0.6)
    said = person.dlcv("board", "--task", "charlie")
    assert said.code == 0
    heading, first, second = said.out.splitlines()[1:4]
    assert heading.split()[:3] == ["rank", "pair", "mAP50-95"]
    assert first.split()[:3] == ["1", "2", "60.0%"]
    assert second.split()[:4] == ["*", "2", "1", "40.0%"]
    columns = [line.index(word) + len(word) for line, word in ((first, "60.0%"), (second, "40.0%"))]
    assert columns[0] == columns[1]


def test_the_board_in_french(person: Person) -> None:
    evaluated(person, "1", 0.4)
    person.speak("fr")
    said = person.dlcv("board")
    assert "rang" in said.out
    assert "40,0\N{NO-BREAK SPACE}%" in said.out
    assert "votre binôme" in said.out


def test_shared_ranks_and_intervals_are_shown_and_another_shape_of_board_is_read(person: Person) -> None:
    rows = [
        {"rank": 1, "tied": True, "pair": "Ada", "score": 0.61, "interval": [0.5, 0.7], "group": "A1", "metrics": {}},
        {
            "rank": 1,
            "tied": True,
            "pair": "名前",
            "score": 0.6,
            "interval": None,
            "matches_lot": False,
            "metrics": {},
            "configuration": {"size": "m", "image_size": 512, "frozen_backbone": True},
        },
        {"rank": None, "pair": "Zoé", "score": None, "metrics": {"gflops": 4.2, "per_class": {"ring": 0.12}}},
    ]
    board = {"revision": 4, "rows": rows, "state": "frozen", "part": "public", "metric": "map50"}
    path = "/api/tasks/charlie/leaderboard/"
    person.line.faults = [Fault("GET", "answer", path=path, status=200, body=board) for _ in range(2)]
    said = person.dlcv("board", "--class", "ring", "--group", "A1", "--frozen", "yes")
    assert said.code == 0, said.err
    assert "mAP50 · frozen: the final ranking comes later · public part of the pictures" in said.out
    assert said.out.count("1=") == 2
    assert "50.0–70.0" in said.out
    assert "AP50-95 ring" in said.out
    assert "another" in said.out
    assert "m 512 frozen backbone" in said.out
    asked = next(path for method, path, _ in reversed(person.line.seen) if "leaderboard" in path)
    assert asked.partition("?")[2].split("&") == ["group=A1", "class=ring", "frozen=yes"]
    assert person.dlcv("board", "--json").json == {"task": "charlie", "own_pair": None, **board}


def test_some_pairs_are_compared_by_one_class(person: Person) -> None:
    classes = {"charlie": {"ap50": 0.3, "ap50_95": 0.25, "precision": 0.5, "recall": 0.5, "instances": 3}}
    evaluated(person, "1", 0.4, per_class=classes)
    evaluated(person, "2", 0.6)
    said = person.dlcv("board", "--group", "A1", "--class", "charlie", "--at-most-parameters", "2000000")
    assert said.code == 0, said.err
    assert "AP50-95 charlie" in said.out
    rows = person.dlcv("board", "--class", "charlie", "--json").json["rows"]
    assert [(row["pair"], row["score"]) for row in rows] == [("2", 0.6), ("1", 0.25)]
    for nobody in (("--group", "B2"), ("--at-most-parameters", "1000"), ("--frozen", "no"), ("--size", "s")):
        assert person.dlcv("board", *nobody, "--json").json["rows"] == []
    assert "No pair answers to all of these." in person.dlcv("board", "--group", "B2").out


def test_an_empty_board_says_so(person: Person) -> None:
    assert "Nobody is on the board yet." in person.dlcv("board").out
    assert person.dlcv("board", "--json").json["rows"] == []


def test_a_watched_board_is_shown_again_when_it_moves_until_ctrl_c(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    errands: list[Any] = [lambda: None, lambda: evaluated(person, "1", 0.4), interrupt]
    monkeypatch.setattr("dlcv.patience.sleep", lambda seconds: errands.pop(0)())
    said = person.dlcv("board", "--watch")
    assert said.code == 0
    assert said.out.count("Nobody is on the board yet.") == 1
    assert "40.0%" in said.out
    assert person.dlcv("board", "--watch", "--json").code == 2


def test_a_pair_with_a_hostile_name_does_not_drive_the_terminal(person: Person) -> None:
    name = f"{ESCAPES}[b]Eve[/b] :bomb:"
    person.site.ask("rename", pair="1", name=name)
    number = evaluated(person, name, 0.4)
    for words in (("board",), ("status",), ("status", str(number))):
        said = person.dlcv(*words)
        assert said.code == 0
        assert_nothing_drives_the_terminal(said.out + said.err)
        assert "[b]Eve[/b] :bomb:" in said.out  # no markup of ours either
    for words in (("board", "--json"), ("status", str(number), "--json")):
        said = person.dlcv(*words)
        assert said.out.isascii()
        assert_nothing_drives_the_terminal(json.dumps(said.json, ensure_ascii=False))


def test_what_a_server_says_of_a_refusal_does_not_drive_the_terminal(person: Person) -> None:
    body = {"code": ESCAPES, "reason": {"en": f"{ESCAPES}No\nrefused: yes"}, "advice": {"en": ESCAPES}}
    person.line.faults = [Fault("GET", "answer", status=409, body=body)]
    said = person.dlcv("tasks")
    assert said.code == 2
    assert_nothing_drives_the_terminal(said.err)
    assert [line for line in said.err.splitlines() if line.startswith("refused:")][1:] == []


def test_a_log_keeps_its_lines_and_loses_its_escapes(person: Person) -> None:
    body = {"log": f"reading 0.2 s\n{ESCAPES}predicting 1.4 s"}
    person.line.faults = [Fault("GET", "answer", path="/log/", status=200, body=body)]
    said = person.dlcv("log", "3")
    assert said.code == 0
    assert_nothing_drives_the_terminal(said.out)
    assert said.out.splitlines()[0] == "reading 0.2 s"
    assert said.out.count("\n") == 2


def test_a_waiting_submission_is_cancelled_once(person: Person) -> None:
    number = str(person.site.ask("handed_in", pair="1", text="by mistake"))
    assert person.dlcv("cancel", number, "--json").json["status"] == "cancelled"
    assert person.dlcv("status", number).code == 2
    again = person.dlcv("cancel", number)
    assert again.code == 2
    assert "This evaluation has ended already." in again.err


def test_nobody_cancels_or_reads_what_is_another_pairs(person: Person) -> None:
    number = str(person.site.ask("handed_in", pair="2", text="theirs"))
    for command in ("cancel", "choose", "log", "status"):
        assert person.dlcv(command, number).code == 2
    person.become("pair2a")
    assert "queued: place 1" in person.dlcv("status", number).out


def test_a_submission_is_chosen_where_pairs_may_choose(person: Person) -> None:
    number = str(evaluated(person, "1", 0.4))
    refused = person.dlcv("choose", number)
    assert (refused.code, "the best submission counts by itself" in refused.err) == (2, True)
    person.site.ask("let_pairs_choose")
    assert person.dlcv("choose", number).code == 0
    assert "Chosen" in person.dlcv("status", number).out


def test_a_pair_reads_when_its_evaluation_began_and_ended(person: Person) -> None:
    number = evaluated(person, "1", 0.4)
    said = person.dlcv("log", str(number))
    assert said.code == 0
    assert said.out.splitlines()[0].endswith("queued")
    assert person.dlcv("log", str(number), "--json").json["whole"] is False


def test_the_quota_of_the_day_is_said(person: Person) -> None:
    person.site.ask("set_quota", per_day=5)
    number = evaluated(person, "1", 0.4)
    assert "Evaluations used today: 1 of 5" in person.dlcv("status", str(number)).out


@pytest.mark.parametrize("body", [b"<html>", b"[1", b'"text"', b"{}", b"[[" * 100_000])
def test_an_answer_that_is_none_of_the_sites_is_a_failure_and_no_traceback(person: Person, body: bytes) -> None:
    person.line.faults = [Fault("GET", "answer", status=200, body=body)]
    said = person.dlcv("tasks", "--json")
    assert said.code == 1
    assert said.json["error"]["code"] == "unexpected"
    assert "Traceback" not in said.err


def test_an_incident_of_the_server_is_said_with_its_number(person: Person) -> None:
    body = {"reason": {"en": "This failed."}, "advice": {"en": "Tell them."}, "error_id": "feed5eed"}
    person.line.faults = [Fault("GET", "answer", status=500, body=body)]
    said = person.dlcv("tasks")
    assert said.code == 1
    assert "failed: This failed. (feed5eed)" in said.err
