"""The rules of the house that no linter holds: what the web process loads, where tests lie, what files say."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
HEAVY = {"torch", "torchvision", "cv2", "ultralytics"}
CODE = [
    path
    for folder in ("ml", "grader", "challenges", "platform", "fixtures", "client/dlcv")
    for path in sorted((REPOSITORY / folder).rglob("*.py"))
    if "migrations" not in path.parts
]


def run_python(program: str) -> str:
    environment = {**os.environ, "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{REPOSITORY / 'platform'}"}
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_the_web_process_never_loads_torch_opencv_or_ultralytics() -> None:
    program = """
import sys
import config.asgi
from django.urls import get_resolver
def load(patterns):
    for pattern in patterns:
        load(getattr(pattern, "url_patterns", []))
load(get_resolver().url_patterns)
import grader
from challenges.spec import load_cards
load_cards()
print(" ".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""
    loaded = set(run_python(program).split())
    assert "django" in loaded  # the program did start the site
    assert not loaded & HEAVY


def test_platform_is_a_folder_and_not_a_package() -> None:
    assert not (REPOSITORY / "platform" / "__init__.py").exists()
    assert run_python("import platform; print(platform.python_implementation())").strip() == "CPython"


def test_tests_live_in_tests_without_packages() -> None:
    assert not list((REPOSITORY / "tests").rglob("__init__.py"))
    assert not [path for path in (REPOSITORY / "platform").rglob("*.py") if path.name.startswith(("test_", "conftest"))]


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_every_module_says_what_it_is_and_no_function_is_long(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    is_wiring = path.name in {"__init__.py", "urls.py", "api_urls.py", "apps.py"}
    assert is_wiring or ast.get_docstring(tree), "a module starts with a sentence that says what it is"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            assert node.end_lineno - node.lineno < 60, f"{node.name} is too long"


def test_only_services_signals_and_commands_write_to_the_database() -> None:
    """Views, serializers, templates and queries read; ``services.py`` writes."""
    writes = re.compile(r"\.(objects\.create|bulk_create|get_or_create|update_or_create|save)\(")
    readers = [
        path
        for path in (REPOSITORY / "platform").rglob("*.py")
        if path.name in {"views.py", "teach_views.py", "queries.py", "api.py", "consumers.py", "ranking.py"}
    ]
    assert readers
    offenders = [str(path.relative_to(REPOSITORY)) for path in readers if writes.search(path.read_text("utf-8"))]
    allowed = {
        "platform/accounts/api.py",
        "platform/accounts/views.py",
    }  # tokens and passwords, Django's own models
    assert not set(offenders) - allowed


def tracked_files() -> list[Path]:
    run = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if run.returncode:
        pytest.skip("not a git checkout")
    return [REPOSITORY / line for line in run.stdout.splitlines()]


def test_no_file_is_large_and_no_text_names_a_machine() -> None:
    machine = re.compile(r"(?<![\w.])/(work|root|home/\w+)/")
    for path in tracked_files():
        if not path.is_file():
            continue
        assert path.stat().st_size <= 8 * 2**20, f"{path} is over 8 MB"
        if path.suffix in {
            ".py",
            ".md",
            ".html",
            ".js",
            ".css",
            ".yaml",
            ".yml",
            ".toml",
            ".txt",
            ".csv",
            ".sh",
        }:
            if "tests" in path.relative_to(REPOSITORY).parts:
                continue  # tests name such folders to look for them
            found = machine.search(path.read_text("utf-8"))
            assert not found, f"{path} names a folder of some machine: {found}"
