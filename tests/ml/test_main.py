"""The command line as people and scripts meet it: answers on one stream, messages on the other, three exit codes."""

import argparse
import importlib
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ml import __main__ as command_line
from ml.commands import NAMES


def outcome(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    try:
        code = command_line.main(list(words))
    except SystemExit as stop:  # argparse's own way out of --help and of errors
        code = int(stop.code or 0)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_json_is_one_object_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = outcome(capsys, "trace", "cifar-net", "--image-size", "32", "32", "--json")
    assert code == 0
    assert out.count("\n") == 1
    assert json.loads(out)["parameters"] == 62_006


def test_without_json_a_reader_gets_an_aligned_table(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = outcome(capsys, "trace", "cifar-net", "--image-size", "32")
    rows = out.splitlines()[2:14]
    assert code == 0
    assert "62,006 parameters" in out
    assert "1 × 6 × 28 × 28" in rows[0]
    assert len({len(row) for row in rows}) == 1  # the last column is aligned to the right


def test_a_networks_own_image_size_is_used_when_none_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = outcome(capsys, "trace", "yolov5n", "--classes", "3", "--fused", "--json")
    result = json.loads(out)
    assert result["image_size"] == [640, 640]
    assert result["parameters"] == 1_872_157 - 3 * (80 - 3) * (64 + 128 + 256 + 3) - 4_752


REFUSED = [
    ("trace", "yolov9", "--image-size", "640", "640"),
    ("trace", "yolov5n", "--image-size", "500", "500"),
    ("trace", "yolov5n", "--image-size", "64", "64", "3"),
    ("trace", "yolov5n", "--image-size", "wide", "64"),
    ("trace", "yolov5n", "--classes", "0"),
    ("trace",),
    ("trace", "yolov5n", "--colour"),
    ("weight", "cifar-net", "conv1.weight", "0", "0", "0", "5"),
    ("paint", "cifar-net"),
    (),
]


@pytest.mark.parametrize("words", REFUSED, ids=" ".join)
def test_what_cannot_be_done_is_refused_in_one_line_on_standard_error(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = outcome(capsys, *words)
    assert (code, out) == (2, "")
    assert err.startswith("refused: ")
    assert err.count("\n") == 1


def test_a_file_that_is_not_a_checkpoint_is_refused_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "best.pt"
    page.write_text("<html>404</html>")
    code, out, err = outcome(capsys, "trace", str(page), "--json")
    assert (code, out) == (2, "")
    assert err.startswith("refused: ")
    assert "Traceback" not in err


def test_a_refusal_is_explained_in_both_languages_to_a_program_that_asks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "best.pt"
    page.write_text("<html>404</html>")
    code, out, err = outcome(capsys, "read", str(page), "--json", "--explain")
    assert code == 2
    assert err.startswith("refused: ")
    explained = json.loads(out)
    assert set(explained) == {"code", "reason", "advice"}
    assert set(explained["reason"]) == set(explained["advice"]) == {"en", "fr"}
    assert explained["reason"]["en"] != explained["reason"]["fr"]


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = outcome(capsys, "--help")
    assert code == 0
    assert all(name in out for name in NAMES)
    for name in NAMES:
        code, out, _ = outcome(capsys, name, "--help")
        assert code == 0
        assert "--json" in out


def test_help_comes_before_torch_is_imported() -> None:
    program = (
        "import sys\nfrom ml.__main__ import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "sys.exit('torch' in sys.modules or 'cv2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, stdout=subprocess.DEVNULL).returncode == 0


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A command whose ``run`` a test replaces."""
    command = SimpleNamespace(HELP="stand-in", add_arguments=lambda parser: None, run=None, describe=str)
    monkeypatch.setattr(importlib, "import_module", lambda name: command)
    return command


def test_a_failure_of_ours_has_an_id_and_exit_code_1(
    stand_in: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(_: argparse.Namespace) -> dict[str, Any]:
        raise ZeroDivisionError("a secret of the house")

    stand_in.run = run
    code, out, err = outcome(capsys, "trace", "--json")
    assert (code, out) == (1, "")
    assert err.startswith("failed: ")
    assert err.count("\n") == 1
    assert "secret" not in err
    assert outcome(capsys, "trace")[2] != err  # another failure, another id


def test_debug_shows_the_traceback_of_a_failure_of_ours(
    stand_in: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(_: argparse.Namespace) -> dict[str, Any]:
        raise ZeroDivisionError("by nothing")

    stand_in.run = run
    code, _, err = outcome(capsys, "trace", "--debug")
    assert code == 1
    assert "ZeroDivisionError: by nothing" in err


def test_what_a_library_prints_does_not_mix_with_the_answer(
    stand_in: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(_: argparse.Namespace) -> dict[str, Any]:
        print("Welcome to the library")
        return {"value": 1}

    stand_in.run = run
    assert outcome(capsys, "trace", "--json") == (0, '{"value": 1}\n', "Welcome to the library\n")


def test_a_number_that_does_not_exist_is_null_in_json(
    stand_in: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in.run = lambda _: {"map50": float("nan"), "list": [float("inf"), 0.5], "nested": {"a": float("-inf")}}
    _, out, _ = outcome(capsys, "trace", "--json")
    assert json.loads(out) == {"map50": None, "list": [None, 0.5], "nested": {"a": None}}


def test_a_reader_who_stops_listening_is_no_failure() -> None:
    program = f"{sys.executable} -m ml trace yolov5n --json | head -c 10; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", program], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, '{"version"')
    assert "Traceback" not in done.stderr
