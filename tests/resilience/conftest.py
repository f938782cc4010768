"""What goes wrong with a machine, and a pair that works on it meanwhile."""

import errno
import os
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker, Settings
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from courses.models import Pair
from tests.builders import make_course, make_pair, member_of
from tests.hand_in import folders, make_task

__all__ = ["folders"]

#: How long the database of ``own_database`` waits for a lock; a real site waits twenty seconds.
WAIT_SECONDS = 0.2


@pytest.fixture(autouse=True)
def fresh_throttles(settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


@pytest.fixture
def own_database(tmp_path: Path, transactional_db: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Path]:
    """A database of this test alone, in a file as a site's is: what holds it holds it for every connection."""
    path = tmp_path / "db.sqlite3"
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        usual = connections["default"]
        with usual.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(path)])
        configured = connections.settings["default"]
        patch.setitem(configured, "NAME", str(path))
        patch.setitem(configured, "OPTIONS", {**configured["OPTIONS"], "timeout": WAIT_SECONDS})
        del connections["default"]
        try:
            yield path
        finally:
            connections["default"].close()
            connections["default"] = usual


@pytest.fixture
def pair() -> Pair:
    """Ask for a database first."""
    pair = make_pair(make_course())
    make_task(pair.course)
    return pair


@pytest.fixture
def client(pair: Pair) -> APIClient:
    token, _ = Token.objects.get_or_create(user=member_of(pair))
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Token {token.key}")
    return client


@contextmanager
def room_for(size_bytes: int) -> Iterator[None]:
    """No file of this process grows beyond ``size_bytes``: the real ``write`` fails, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


@pytest.fixture
def full_disk() -> Callable[[int], AbstractContextManager[None]]:
    return room_for


def no_space(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
