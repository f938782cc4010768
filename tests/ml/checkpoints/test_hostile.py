"""Every hostile file is refused with its own code, and those that act do act when the naive loader opens them."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import onnx
import pytest

from fixtures.hostile import onnx_files
from fixtures.hostile.make import Case, cases, marker_of
from fixtures.hostile.networks import innocent, innocent_zip, lie
from fixtures.hostile.programs import CALLS
from ml.checkpoints import read, read_bytes, rebuild
from ml.errors import Refused

ROOT = Path(__file__).parents[3]
CASES = list(cases())
ACTING = [case for case in CASES if case.family in ("call", "opcodes")]
MEMORY_BYTES = 4 << 30
PROCESSOR_SECONDS = 150  # of all files together

#: ``python -m ml read`` on each file of a list, within limits: one process, for torch takes a second to import.
READER = """
import contextlib, io, json, resource, sys
from fixtures.benign.tiny import tiny_checkpoint
from ml.__main__ import main
from ml.checkpoints import read_bytes, rebuild
rebuild(read_bytes(tiny_checkpoint()))  # torch looks for a folder of temporary files, once
paths, memory, seconds = json.load(sys.stdin)
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
for path in paths:
    said, told = io.StringIO(), io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(told):
        code = main(["read", path, "--explain"])
    print(json.dumps([path, code, told.getvalue(), said.getvalue()]), flush=True)
"""

NAIVE_LOADER = """
import contextlib, json, sys
import torch
for path in json.load(sys.stdin):
    with contextlib.suppress(BaseException):
        torch.load(path, map_location="cpu", weights_only=False)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of them, written as anybody would to look at them."""
    folder = tmp_path_factory.mktemp("hostile")
    command = [sys.executable, "-m", "fixtures.hostile", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def read_by_us(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str, str]]:
    """File → exit code, standard output, standard error; no file appears, here or beside them."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    before = {path.name for path in folder.iterdir()}
    paths = [str(folder / case.file_name) for case in CASES]
    done = subprocess.run(
        [sys.executable, "-c", READER],
        input=json.dumps([paths, MEMORY_BYTES, PROCESSOR_SECONDS]),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=elsewhere,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert {path.name for path in folder.iterdir()} == before
    assert not list(elsewhere.iterdir())
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return {Path(path).name: (code, out, error) for path, code, out, error in told}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.family}: {case.name}")
def test_a_hostile_file_is_refused_in_one_line_with_its_own_code(
    case: Case, read_by_us: dict[str, tuple[int, str, str]]
) -> None:
    code, explained, error = read_by_us[case.file_name]
    why: dict[str, Any] = json.loads(explained)
    assert why["code"] == case.code
    assert code == 2
    assert error.startswith("refused: ")
    assert error.count("\n") == 1
    assert "Traceback" not in error
    assert why["reason"]["fr"] != why["reason"]["en"]


def test_there_are_many_and_each_has_a_file_of_its_own() -> None:
    names = Counter(case.file_name for case in CASES)
    assert len(names) == len(CASES)
    assert len(CASES) >= 400
    assert {case.family for case in CASES} >= {
        *("call", "opcodes", "bomb", "container", "impostor", "tensor", "yaml", "names", "modules"),
        *("onnx-graph", "onnx-tensor", "onnx-metadata", "onnx-bytes", "st-header", "st-notes"),
    }
    assert len(CALLS) >= 50


def test_the_innocent_file_that_the_lies_are_told_about_is_accepted() -> None:
    for file in (innocent(), innocent_zip(), lie(lambda _: None)):
        assert rebuild(read_bytes(file)).names == ("charlie", "glasses", "mug")
    assert read_bytes(onnx_files.innocent()).names == ("charlie", "glasses", "mug")


@pytest.fixture(scope="module")
def opened_naively(folder: Path, read_by_us: dict[str, tuple[int, str, str]]) -> Path:
    """The acting files, all opened by ``torch.load`` without its guard, in a process of its own."""
    assert read_by_us
    paths = [str(folder / case.file_name) for case in ACTING]
    subprocess.run(
        [sys.executable, "-c", NAIVE_LOADER], input=json.dumps(paths), text=True, cwd=folder, timeout=120, check=False
    )
    return folder


@pytest.mark.parametrize("case", ACTING, ids=lambda case: case.name)
def test_the_naive_loader_runs_what_we_refuse(case: Case, opened_naively: Path) -> None:
    assert marker_of(opened_naively / case.file_name).exists() == case.fires


def test_most_of_the_acting_files_do_act() -> None:
    assert sum(case.fires for case in ACTING) >= 30


def test_a_forked_network_is_refused_by_the_names_of_its_layers() -> None:
    fork = next(case for case in CASES if case.name == "a layer of a fork")
    with pytest.raises(Refused) as refused:
        read_bytes(fork.build(Path("unused")))
    assert "models.common.ShuffleV2Block" in refused.value.reason["fr"]


def test_a_dangerous_file_warns_against_opening_it_elsewhere() -> None:
    case = next(case for case in CASES if case.name == "os.system")
    with pytest.raises(Refused) as refused:
        read_bytes(case.build(Path("unused")))
    assert "os.system" in refused.value.reason["en"]
    assert "torch.load" in refused.value.advice["fr"]


def test_onnx_itself_reads_the_neighbouring_file_that_we_refuse_to(tmp_path: Path) -> None:
    (tmp_path / "secret.bin").write_bytes(b"\0\0\x80\x3f" * 24 * 3 * 8 * 8)
    hostile = tmp_path / "best.onnx"
    hostile.write_bytes(onnx_files.reading_beside(tmp_path))
    taken = onnx.numpy_helper.to_array(onnx.load(hostile).graph.initializer[0])
    assert (taken == 1).all()
    with pytest.raises(Refused) as refused:
        read(hostile)
    assert refused.value.code == "onnx_external"


def test_yolov5s_own_tools_run_the_names_that_we_read_as_text(tmp_path: Path) -> None:
    """``DetectMultiBackend`` of v6.2 and older evaluates them."""
    marker, hostile = tmp_path / "marker", tmp_path / "best.onnx"
    hostile.write_bytes(onnx_files.evaluating(marker))
    with pytest.raises(Refused) as refused:
        read(hostile)
    assert (refused.value.code, marker.exists()) == ("names_invalid", False)
    eval(onnx.load(hostile).metadata_props[0].value)
    assert marker.exists()


def test_the_manifest_says_of_each_file_what_it_is(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert {entry["file"] for entry in manifest} == {case.file_name for case in CASES}
    assert all((folder / entry["file"]).stat().st_size == entry["bytes"] for entry in manifest)
