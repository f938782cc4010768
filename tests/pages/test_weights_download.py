"""The course's checkpoint goes to those who study or teach there, block by block, and to nobody else."""

from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse
from django.test import AsyncClient
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from courses.downloads import BLOCK_BYTES
from courses.models import CourseWeights, Pair
from tests.builders import make_course, make_pair, make_person, member_of
from tests.pages.browsing import browser_of

CONTENT = bytes(range(256)) * (BLOCK_BYTES // 256) + b"the last block"


@pytest.fixture
def weights(pair: Pair, tmp_path: Path, settings: Settings) -> CourseWeights:
    settings.WEIGHTS_DIR = tmp_path
    (tmp_path / "file.pt").write_bytes(CONTENT)
    return CourseWeights.objects.create(
        course=pair.course,
        name="poids d'été",
        path="file.pt",
        digest="sha256:" + "ab" * 32,
        size_bytes=len(CONTENT),
        architecture="yolov5nu",
        parameters=1,
    )


async def download(person: User, weights: CourseWeights) -> StreamingHttpResponse:
    client = AsyncClient()
    await sync_to_async(client.force_login)(person, backend="django.contrib.auth.backends.ModelBackend")
    response = await client.get(reverse("courses:weights", args=[weights.pk]))
    assert isinstance(response, StreamingHttpResponse)
    return response


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
async def test_a_student_gets_the_file_byte_for_byte_under_its_name(weights: CourseWeights, student: User) -> None:
    response = await download(student, weights)
    blocks = [block async for block in response]
    assert b"".join(blocks) == CONTENT
    assert len(blocks) == 2
    assert response["Content-Length"] == str(len(CONTENT))
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''poids%20d%27%C3%A9t%C3%A9.pt"


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
async def test_an_instructor_gets_it_too(weights: CourseWeights, pair: Pair) -> None:
    response = await download(await pair.course.instructors.aget(), weights)
    assert b"".join([block async for block in response]) == CONTENT


@pytest.mark.django_db
def test_a_student_of_another_course_is_told_that_there_is_nothing(weights: CourseWeights) -> None:
    elsewhere = make_pair(make_course("other", instructor="someone"), "9")
    for person in (member_of(elsewhere), elsewhere.course.instructors.get(), make_person("alone")):
        assert browser_of(person).get(reverse("courses:weights", args=[weights.pk])).status_code == 404


@pytest.mark.django_db
def test_a_stranger_is_sent_to_the_door(weights: CourseWeights) -> None:
    assert browser_of(None).get(reverse("courses:weights", args=[weights.pk])).status_code == 302


@pytest.mark.django_db
def test_a_file_that_is_gone_is_not_found_rather_than_a_crash(weights: CourseWeights, student: User) -> None:
    weights.path = "gone.pt"
    weights.save()
    assert browser_of(student).get(reverse("courses:weights", args=[weights.pk])).status_code == 404
