"""The draw, as an instructor makes it: everybody gets a lot, nobody's moves, strangers draw nothing."""

import pytest
from django.http import Http404

from accounts.errors import Refusal
from accounts.models import User
from courses.configurations import configuration_of, configurations_of, draw_configurations, lot_of, set_grid
from courses.models import Course, TrainingConfiguration
from tests.builders import make_course, make_pair, member_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> Course:
    course = make_course()
    for name in "12":
        make_pair(course, name)
    return course


def prof(course: Course) -> User:
    return course.instructors.get()


def test_every_pair_gets_a_lot_and_one_that_comes_later_too(course: Course) -> None:
    assert configuration_of(course.pairs.get(name="1")) is None
    assert len(draw_configurations(course=course, instructor=prof(course))) == 2
    before = configurations_of(course)
    late = make_pair(course, "3")
    (drawn,) = draw_configurations(course=course, instructor=prof(course))
    assert drawn.pair_id == late.pk
    assert {pair: lot for pair, lot in configurations_of(course).items() if pair != late.pk} == before
    assert draw_configurations(course=course, instructor=prof(course)) == []


def test_drawing_anew_is_another_draw(course: Course) -> None:
    for name in "3456789":
        make_pair(course, name)
    draw_configurations(course=course, instructor=prof(course))
    before = configurations_of(course)
    assert len(draw_configurations(course=course, instructor=prof(course), again=True)) == 9
    assert configurations_of(course) != before
    assert TrainingConfiguration.objects.count() == 9


def test_another_courses_pairs_are_left_alone(course: Course) -> None:
    other = make_course("other", instructor="other-prof")
    elsewhere = make_pair(other, "9")
    draw_configurations(course=course, instructor=prof(course))
    assert configuration_of(elsewhere) is None


def test_the_grid_of_a_course_is_what_is_drawn_from(course: Course) -> None:
    grid = {"sizes": ["n"], "image_sizes": [640], "frozen": [True], "batch_sizes": [8]}
    set_grid(course=course, instructor=prof(course), grid=grid)
    drawn = draw_configurations(course=course, instructor=prof(course))
    assert {lot_of(row) for row in drawn} == {("n", 640, True, 8)}
    with pytest.raises(Refusal) as refused:
        set_grid(course=course, instructor=prof(course), grid={"image_sizes": [100]})
    assert refused.value.code == "no_grid"
    course.refresh_from_db()
    assert course.training_grid["image_sizes"] == [640]


def test_only_the_courses_instructors_draw(course: Course) -> None:
    make_course("other", instructor="other-prof")
    for person in (User.objects.get(username="other-prof"), member_of(course.pairs.get(name="1"))):
        with pytest.raises(Http404):
            draw_configurations(course=course, instructor=person)
        with pytest.raises(Http404):
            set_grid(course=course, instructor=person, grid={})
    assert not TrainingConfiguration.objects.exists()
