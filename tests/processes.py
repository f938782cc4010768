"""How ``make test`` shares the tests out among processes: by file, so that what a file prepares is prepared once."""

import os
from typing import Any

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

#: More processes than this gain nothing: the longest group of tests is as long as all others shared among so many.
MOST = 8
DEMO = "tests/end_to_end/"


class ByFile(LoadScopeScheduling):
    """One file, one process. What looks at the demo counts as one file: one site is built and served for it."""

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        config.option.loadscopereorder = False  # ``longest_first`` has given the order
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return DEMO if file.startswith(DEMO) else file


def how_many() -> int:
    """The cores that we may use, which are fewer than the machine's in a container."""
    return min(len(os.sched_getaffinity(0)), MOST)


def longest_first(items: list[pytest.Item]) -> None:
    """The demo's tests, then the files that say of a test that it is slow: a long one begun last is waited for."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (not item.nodeid.startswith(DEMO), item.path not in slow, str(item.path)))
