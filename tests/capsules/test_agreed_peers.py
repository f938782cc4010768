"""A capsule is shown to other pairs when the instructor opened that and each of its members agreed; not before."""

import uuid

import pytest
from django.utils import timezone

from accounts import consents
from accounts.consents import PEERS
from capsules.access import shown_to_peers
from capsules.models import Capsule, CapsuleRules, CapsuleVersion
from courses.models import Pair
from tests.builders import make_course, make_pair, member_of
from tests.pages.browsing import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown() -> CapsuleVersion:
    """A link handed in by pair 1, in a course whose pairs may watch one another."""
    pair = make_pair(make_course(), "1")
    CapsuleRules.objects.create(course=pair.course, peers_may_watch=True)
    capsule, now = Capsule.objects.create(pair=pair), timezone.now()
    moments = {"begun_at": now, "finished_at": now, "counted_at": now}
    address = f"https://films.example.org/{uuid.uuid4()}"
    version = CapsuleVersion.objects.create(capsule=capsule, number=1, kind="link", link=address, **moments)
    Capsule.objects.filter(pk=capsule.pk).update(current=version)
    return version


@pytest.fixture
def watching(shown: CapsuleVersion) -> Pair:
    return make_pair(shown.capsule.pair.course, "2")


def test_it_needs_a_yes_of_each_member(shown: CapsuleVersion, watching: Pair) -> None:
    viewer = member_of(watching)
    first, second = shown.capsule.pair.members.order_by("username")
    for person, said, is_shown in ((first, True, False), (second, True, True), (first, False, False)):
        consents.answer(person=person, answers={PEERS: said})
        assert list(shown_to_peers(viewer)) == ([shown.pk] if is_shown else [])


def test_a_page_shows_what_was_agreed_to_and_404s_the_rest(shown: CapsuleVersion, watching: Pair) -> None:
    client = browser_of(member_of(watching))
    assert shown.link not in client.get("/capsules/").content.decode()
    assert client.get(f"/capsules/{shown.pk}/").status_code == 404
    for person in shown.capsule.pair.members.all():
        consents.answer(person=person, answers={PEERS: True})
    assert client.get(f"/capsules/{shown.pk}/").status_code == 200


def test_a_pair_in_which_nobody_is_left_shows_nothing(shown: CapsuleVersion, watching: Pair) -> None:
    for person in shown.capsule.pair.members.all():
        consents.answer(person=person, answers={PEERS: True})
    shown.capsule.pair.members.clear()
    assert not shown_to_peers(member_of(watching)).exists()
