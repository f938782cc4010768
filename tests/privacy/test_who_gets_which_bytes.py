"""Every film, picture and file of a pair, asked for by everybody who once could, or might think they can."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from django.urls import reverse
from pytest_django import Settings

from accounts import consents
from accounts.models import User
from capsules.carrying_over import remove_bytes
from capsules.models import CapsuleRules, CapsuleVersion, Captions
from courses.models import Pair
from datasets.services import delete_clip
from tests.builders import make_course, make_pair, make_person, member_of
from tests.hand_in import folders
from tests.handing_in import handed_in_quests
from tests.pages.browsing import browser_of
from tests.test_leaks import House, body_of, house

__all__ = ["folders", "handed_in_quests", "house"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders", "handed_in_quests")]
#: What other pairs may see where that is open.
SHOWN_TO_PEERS = ("film", "poster", "captions")


@pytest.fixture(autouse=True)
def subtitles(house: House) -> None:
    Captions.objects.create(version=house.capsule, language="fr", text="WEBVTT\n")


def of_capsule(house: House) -> dict[str, str]:
    film = {name: reverse(f"capsules:{name}", args=[house.capsule.pk]) for name in ("film", "poster", "original")}
    return {**film, "captions": reverse("capsules:captions", args=[house.capsule.pk, "fr"])}


def of_clip(house: House) -> list[str]:
    run = [house.clip.pk, house.detection.pk]
    made = [reverse(f"inference:{name}", args=run) for name in ("video", "poster", "timeline")]
    return [reverse(f"datasets:{name}", args=[house.clip.pk]) for name in ("video", "poster", "sheet", "frames")] + made


def all_media(house: House) -> list[str]:
    handed_in = reverse("quests:hand-in-file", args=[house.handed_in.pk, "picture"])
    return [*of_clip(house), *of_capsule(house).values(), handed_in]


def statuses(person: User | None, paths: Iterable[str]) -> set[int]:
    browser = browser_of(person)
    found = set()
    for path in paths:
        whole, part = browser.get(path), browser.get(path, headers={"Range": "bytes=0-0"})
        assert (whole.status_code == 200) == (part.status_code in (200, 206)), path
        assert whole.status_code == 200 or not {"X-Sendfile", "X-Accel-Redirect"} & set(whole.headers), path
        found.add(whole.status_code)
    return found


def test_the_pair_and_its_instructor_get_all_of_it_and_no_cache_between_keeps_it(house: House) -> None:
    for person in (member_of(house.owners), house.owners.course.instructors.get()):
        assert statuses(person, all_media(house)) == {200}
        for path in all_media(house):
            said = browser_of(person).get(path)["Cache-Control"]
            assert "private" in said, path
            assert "no-cache" in said or "no-store" in said, path


@pytest.mark.parametrize("front", ["", "x-accel", "x-sendfile"])
def test_nobody_else_gets_any_of_it_whoever_sends_it(house: House, settings: Settings, front: str) -> None:
    settings.SENDFILE = front
    elsewhere = make_course("elsewhere", instructor="another-prof")
    others = [
        member_of(house.curious),
        member_of(make_pair(elsewhere, "9")),
        elsewhere.instructors.get(),
        make_person("of-no-pair"),
    ]
    assert all(statuses(person, all_media(house)) == {404} for person in others)
    assert statuses(None, all_media(house)) == {302}


def test_who_has_left_a_pair_gets_nothing_more_of_it(house: House) -> None:
    former = member_of(house.owners)
    assert statuses(former, all_media(house)) == {200}
    house.owners.members.remove(former)
    assert statuses(former, all_media(house)) == {404}
    house.curious.members.add(former)
    assert statuses(former, all_media(house)) == {404}


def let_peers_watch(pair: Pair, is_open: bool = True) -> None:
    CapsuleRules.objects.update_or_create(course=pair.course, defaults={"peers_may_watch": is_open})


def test_another_pair_watches_while_it_is_open_and_all_agree_and_never_has_the_original(house: House) -> None:
    watcher, paths = member_of(house.curious), of_capsule(house)
    shown, kept = [paths.pop(name) for name in SHOWN_TO_PEERS], list(paths.values())
    for member in house.owners.members.all():
        consents.answer(person=member, answers={consents.PEERS: True})
    assert statuses(watcher, [*shown, *kept]) == {404}  # everybody agreed, and nobody opened it
    let_peers_watch(house.owners)
    assert statuses(watcher, shown) == {200}
    assert statuses(watcher, [*kept, *of_clip(house)]) == {404}
    assert statuses(member_of(make_pair(make_course("elsewhere", instructor="p"), "9")), shown) == {404}
    consents.answer(person=member_of(house.owners), answers={consents.PEERS: False})
    assert statuses(watcher, shown) == {404}
    consents.answer(person=member_of(house.owners), answers={consents.PEERS: True})
    let_peers_watch(house.owners, is_open=False)
    assert statuses(watcher, shown) == {404}


def test_what_was_deleted_nobody_gets(house: House) -> None:
    people = (member_of(house.owners), house.owners.course.instructors.get())
    delete_clip(clip=house.clip, person=people[0], reason="somebody\0 walked by")
    films = of_capsule(house)
    del films["captions"]
    remove_bytes(version=CapsuleVersion.objects.get(), actor=None, because="retention")
    for person in people:
        assert statuses(person, [*of_clip(house), *films.values()]) == {404}


def test_a_part_of_a_film_is_that_part(house: House, folders: Path) -> None:
    path = of_capsule(house)["film"]
    browser = browser_of(member_of(house.owners))
    whole = body_of(browser.get(path))
    part = browser.get(path, headers={"Range": "bytes=1-3"})
    assert (part.status_code, body_of(part)) == (206, whole[1:4])
    assert browser.get(path, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416
