"""What the tests of whole evaluations share."""

import pytest

from tests.grader.small_task import Task, write_task


@pytest.fixture(scope="session")
def task(tmp_path_factory: pytest.TempPathFactory) -> Task:
    return write_task(tmp_path_factory.mktemp("task"))
