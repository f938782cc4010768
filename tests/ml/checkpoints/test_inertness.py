"""The reader has no means to act: held by its source, not by its good intentions."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import ml.checkpoints
from fixtures.benign.tiny import tiny_checkpoint

PACKAGE = Path(ml.checkpoints.__file__).parent
READING = sorted(
    PACKAGE / f"{name}.py"
    for name in (
        "advice",
        "allowlist",
        "architecture",
        "archive",
        "checkpoint",
        "comparing",
        "configuration",
        "interpreter",
        "limits",
        "modules",
        "nodes",
        "bare",
        "names_text",
        "notes",
        "safetensors",
        "onnx_folding",
        "onnx_graph",
        "onnx_metadata",
        "onnx_model",
        "onnx_outputs",
        "onnx_reader",
        "onnx_shapes",
        "onnx_tensors",
        "onnx_wire",
        "plain",
        "reader",
        "rewriting",
        "sentences",
        "sketch",
        "sniff",
        "tensors",
    )
)
ACTS = {"getattr", "setattr", "delattr", "eval", "exec", "compile", "__import__", "globals", "locals", "vars", "type"}
MEANS = {"importlib", "pickle", "marshal", "operator", "functools", "os", "sys", "subprocess", "torch", "copyreg"}


@pytest.mark.parametrize("path", READING, ids=lambda path: path.stem)
def test_no_file_of_the_reader_can_look_up_import_or_call_by_name(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            is_plain_type = node.func.id == "type" and len(node.args) == 1
            assert node.func.id not in ACTS or is_plain_type, f"line {node.lineno}: {node.func.id}"
        if isinstance(node, ast.Import | ast.ImportFrom):
            named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            assert not {name.partition(".")[0] for name in named} & MEANS, f"line {node.lineno}: {named}"
        assert not (isinstance(node, ast.Attribute) and node.attr.startswith("__")), f"line {node.lineno}"


def test_every_file_that_reads_is_watched_by_the_test_above() -> None:
    building = {"__init__", "published", "rebuilding", "ultralytics", "yolov5"}
    assert {path.stem for path in PACKAGE.glob("*.py")} == {path.stem for path in READING} | building


def test_the_interpreter_calls_only_functions_of_its_own_table() -> None:
    """``handler(self)`` is the one call of a variable: its value comes from a table keyed by opcode."""
    tree = ast.parse((PACKAGE / "interpreter.py").read_text("utf-8"))
    variables = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert called & variables == {"handler"}


def test_reading_a_file_needs_no_torch(tmp_path: Path) -> None:
    path = tmp_path / "best.pt"
    path.write_bytes(tiny_checkpoint())
    program = (
        "import sys; from ml.checkpoints import read; print(read(sys.argv[1]).names);"
        " assert not {'torch', 'ultralytics', 'pickle'} & set(sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent.parent)}
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, env=environment, check=False
    )
    assert done.stdout == "('charlie', 'glasses', 'mug')\n", done.stderr


def test_no_file_but_the_readers_own_opens_weights() -> None:
    """``torch.load`` and ``pickle`` stand nowhere in the product."""
    root = PACKAGE.parent.parent
    for folder in ("ml", "grader", "challenges", "platform"):
        for path in (root / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Attribute) and node.attr == "load" and isinstance(node.value, ast.Name):
                    assert node.value.id not in ("torch", "pickle", "marshal"), path
