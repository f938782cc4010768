"""Every hostile file is refused with its own code, and those that act do act when the naive loader opens them."""

import json
import subprocess
import sys
from pathlib import Path

import onnx
import pytest

from fixtures.hostile import onnx_files
from fixtures.hostile.make import Case, cases
from fixtures.hostile.networks import innocent, innocent_zip, lie
from ml.checkpoints import read, read_bytes, rebuild
from ml.errors import Refused

CASES = list(cases())
ACTING = [case for case in CASES if case.family in ("call", "opcodes")]

NAIVE_LOADER = """
import contextlib, json, sys
import torch
for path in json.load(sys.stdin):
    with contextlib.suppress(BaseException):
        torch.load(path, map_location="cpu", weights_only=False)
"""


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.family}: {case.name}")
def test_a_hostile_file_is_refused_with_its_own_code_and_nothing_happens(case: Case, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    with pytest.raises(Refused) as refused:
        rebuild(read_bytes(case.build(marker)))
    assert refused.value.code == case.code
    assert not marker.exists()


def test_the_innocent_file_that_the_lies_are_told_about_is_accepted() -> None:
    for file in (innocent(), innocent_zip(), lie(lambda _: None)):
        assert rebuild(read_bytes(file)).names == ("charlie", "glasses", "mug")


@pytest.fixture(scope="module")
def opened_naively(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of acting files, all opened by ``torch.load`` without its guard, in a process of its own."""
    folder = tmp_path_factory.mktemp("naive")
    paths = []
    for case in ACTING:
        path = folder / case.file_name
        path.write_bytes(case.build(marker_of(path)))
        paths.append(str(path))
    subprocess.run(
        [sys.executable, "-c", NAIVE_LOADER], input=json.dumps(paths), text=True, cwd=folder, timeout=120, check=False
    )
    return folder


def marker_of(path: Path) -> Path:
    return path.with_suffix(".marker")


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
