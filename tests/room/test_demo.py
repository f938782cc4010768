"""The demo's room is open whenever the demo is started."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config import demo
from room import services
from room.models import Session
from tests.builders import make_course

pytestmark = pytest.mark.django_db


def test_a_session_runs_in_the_demo_and_the_next_start_leaves_it_alone() -> None:
    make_course(demo.SLUG)
    for _ in range(2):
        demo.open_the_room()
    assert Session.objects.get().is_running()


def test_a_session_that_is_over_is_followed_by_another_one() -> None:
    course = make_course(demo.SLUG)
    services.start_session(
        course=course,
        title="yesterday's",
        starts_at=timezone.now() - timedelta(days=1),
        ends_at=timezone.now() - timedelta(hours=22),
    )
    demo.open_the_room()
    assert Session.objects.count() == 2
    newest = Session.objects.first()
    assert newest is not None
    assert newest.is_running()
