"""What every test may lean on: a data folder of its own process, the browser, other people's reference data.

``make test`` runs as many processes as there are cores; ``pytest tests/ml/zoo`` runs one. Nothing that a process
writes is shared: data folders, caches and databases are its own.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser
from pytest_django import Settings

from tests import chromium, processes

REPOSITORY = Path(__file__).resolve().parent.parent

# One thread: these networks are so small that a second costs more than it gives, most of all on a machine with other
# work. Set before torch is imported, for the processes that tests start too.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Set before any test module imports ultralytics: it must neither look for a network nor write in the home folder.
os.environ.setdefault("YOLO_OFFLINE", "1")
os.environ.setdefault("ULTRALYTICS_SAFE_LOAD", "1")
os.environ.setdefault("YOLO_CONFIG_DIR", str(REPOSITORY / "var" / "ultralytics"))
Path(os.environ["YOLO_CONFIG_DIR"]).mkdir(parents=True, exist_ok=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    return processes.how_many()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> processes.ByFile:
    return processes.ByFile(config, log)


@pytest.hookimpl(trylast=True)  # pytest-django puts them in an order of its own
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        processes.longest_first(items)


@pytest.fixture(autouse=True, scope="session")
def _data_of_this_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whatever a test does not place elsewhere lands in a folder that no other process, and no demo, knows."""
    ours = tmp_path_factory.mktemp("data")
    usual = Path(settings.DATA_DIR)
    with pytest.MonkeyPatch.context() as patch:
        for name in dir(settings):
            value = getattr(settings, name)
            if isinstance(value, Path) and value.is_relative_to(usual):
                patch.setattr(settings, name, ours / value.relative_to(usual))
        patch.setitem(settings.CHANNEL_LAYERS["default"]["CONFIG"], "path", str(ours / "live.sock"))
        yield


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """Folder of reference data made with upstream's own code; it is not ours to publish, so it may be absent."""
    folder = Path(os.environ.get("DLCV_REFERENCE_DATA", REPOSITORY.parent / "shared" / "data"))
    if not (folder / "reference_eval.json").is_file():
        pytest.skip(f"no reference data in {folder} (set DLCV_REFERENCE_DATA)")
    return folder


@pytest.fixture(autouse=True)
def plain_static_files(settings: Settings) -> None:
    """Pages are rendered as they are served, but for the hashed names of static files, which a deployment collects."""
    storage = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": storage}


@pytest.fixture
def browser(_no_browser_left: None) -> Browser:
    """The Chromium that all the tests of a row share: its start costs more than most of them."""
    return chromium.running()


@pytest.fixture(scope="session")
def _no_browser_left() -> Iterator[None]:
    """Before the database is taken down, which no event loop may watch."""
    yield
    chromium.close()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test without a browser finds none, nor does one for which the database may still have to be made: while a
    browser runs, no other event loop may run in this thread, and Django declines to work beside one.
    """
    if "browser" not in getattr(item, "fixturenames", ()) or item.get_closest_marker("django_db"):
        chromium.close()
