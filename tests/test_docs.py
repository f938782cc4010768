"""Documentation that cannot rot: every setting is described, every link leads somewhere."""

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
PAGES = [
    REPOSITORY / "README.md",
    REPOSITORY / "CONTRIBUTING.md",
    *sorted((REPOSITORY / "docs").glob("*.md")),
]


def test_every_environment_variable_is_documented_and_read() -> None:
    code = [
        path
        for folder in ("platform", "grader", "ml", "client", "tests")
        for path in (REPOSITORY / folder).rglob("*.py")
    ]
    used = {name for path in code for name in re.findall(r"\bDLCV_[A-Z0-9_]+\b", path.read_text("utf-8"))}
    documented = set(re.findall(r"^\| `(DLCV_[A-Z0-9_]+)`", (REPOSITORY / "docs/settings.md").read_text("utf-8"), re.M))
    assert used - documented - {"DLCV_REQUIRE_BROWSER"} == set()  # that one is between CI and the tests
    assert documented - used == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)\)", page.read_text("utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_readme_names_the_two_commands() -> None:
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    makefile = (REPOSITORY / "Makefile").read_text("utf-8")
    for command in ("demo", "test"):
        assert f"make {command}" in readme
        assert re.search(rf"^{command}:", makefile, re.M)
