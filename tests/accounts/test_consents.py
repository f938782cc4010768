"""What people agreed to about their image: silence is no, the newest answer counts, and every one is kept."""

import pytest
from django.test import RequestFactory
from django.urls import reverse

from accounts import consents
from accounts.consent_texts import VERSIONS
from accounts.consents import DATASET, FILMED, KINDS, PEERS
from accounts.models import Consent, User
from tests.builders import make_course, make_pair, make_person
from tests.pages.browsing import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return make_person("ana")


def test_silence_is_no_and_the_newest_answer_counts(ana: User) -> None:
    assert not consents.has_consented(ana, PEERS)
    consents.answer(person=ana, answers={PEERS: True})
    assert consents.has_consented(ana, PEERS)
    assert not consents.has_consented(ana, DATASET)
    consents.answer(person=ana, answers={PEERS: False})
    assert not consents.has_consented(ana, PEERS)
    assert list(ana.consents.values_list("is_given", flat=True)) == [False, True]


def test_an_answer_given_twice_is_kept_once(ana: User) -> None:
    for _ in range(2):
        consents.answer(person=ana, answers={FILMED: True})
    assert Consent.objects.count() == 1


def test_a_text_that_changed_is_asked_again_and_the_old_answer_stays(
    ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    consents.answer(person=ana, answers={FILMED: True})
    monkeypatch.setattr(consents, "VERSIONS", {**VERSIONS, FILMED: (*VERSIONS[FILMED], VERSIONS[FILMED][0])})
    assert not consents.has_consented(ana, FILMED)
    asked = next(one for one in consents.questions_for(ana) if one.kind == FILMED)
    assert (asked.answer, len(asked.history)) == (None, 1)


def test_a_pair_agrees_when_each_of_its_members_does() -> None:
    pair = make_pair(make_course(), "1", "ana", "bob")
    assert not consents.all_have_consented([], DATASET)
    first, second = pair.members.order_by("username")
    consents.answer(person=first, answers={DATASET: True})
    assert not consents.all_have_consented(pair.members.all(), DATASET)
    consents.answer(person=second, answers={DATASET: True})
    assert consents.all_have_consented(pair.members.all(), DATASET)


def test_the_answers_of_a_class_cost_one_query(django_assert_num_queries: object) -> None:
    people = [make_person(f"p{number}") for number in range(30)]
    for person in people[::2]:
        consents.answer(person=person, answers={PEERS: True})
    with django_assert_num_queries(1):  # type: ignore[operator]
        answers = consents.answers_of(people)
    assert set(answers) == {person.pk for person in people[::2]}


# --- the page ---------------------------------------------------------------------------------------------------------

WHERE = "/privacy/consent/?next=/account/"


def test_somebody_is_asked_and_led_on_and_only_their_own_answers_are_kept(ana: User) -> None:
    bob = make_person("bob")
    client = browser_of(ana)
    page = client.get(WHERE).content.decode()
    assert 'name="next" value="/account/"' in page
    assert "checked" not in page
    response = client.post(WHERE, {"next": "/account/", FILMED: "yes", DATASET: "no", PEERS: "yes", "person": bob.pk})
    assert response["Location"] == "/account/"
    assert consents.answers_of([ana, bob]) == {ana.pk: {FILMED: True, DATASET: False, PEERS: True}}


def test_not_now_is_no_wall_and_no_answer(ana: User) -> None:
    client = browser_of(ana)
    assert client.post(WHERE, {"next": "/account/", "later": "1"})["Location"] == "/account/"
    assert Consent.objects.count() == 0
    assert client.session[consents.LATER]


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_the_page_leads_to_no_other_site(ana: User, elsewhere: str) -> None:
    answer = browser_of(ana).post("/privacy/consent/", {"next": elsewhere, FILMED: "yes"})
    assert answer["Location"] == reverse("privacy:mine")


def test_what_is_no_answer_is_not_kept(ana: User) -> None:
    browser_of(ana).post("/privacy/consent/", {FILMED: "perhaps", "everything": "yes"})
    assert Consent.objects.count() == 0


def test_after_a_film_the_questions_come_once_and_never_for_an_instructor(ana: User, rf: RequestFactory) -> None:
    def asked(person: User, session: dict[str, bool]) -> bool:
        request = rf.post("/clips/new/")
        request.user, request.session = person, session  # type: ignore[assignment]
        address = consents.by_way_of_the_questions(request, "/clips/#3")
        assert address in ("/clips/#3", "/privacy/consent/?next=%2Fclips%2F%233")
        return address != "/clips/#3"

    assert asked(ana, {})
    assert not asked(ana, {consents.LATER: True})
    consents.answer(person=ana, answers={FILMED: True})
    assert asked(ana, {})  # two questions are open
    consents.answer(person=ana, answers=dict.fromkeys(KINDS, False))
    assert not asked(ana, {})
    assert not asked(make_person("prof", User.Role.INSTRUCTOR), {})


def test_the_willing_are_those_whose_newest_answer_to_todays_text_is_yes(
    ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob, cleo = make_person("bob"), make_person("cleo")
    consents.answer(person=ana, answers={PEERS: True, DATASET: False})
    consents.answer(person=bob, answers={PEERS: True})
    consents.answer(person=bob, answers={PEERS: False})
    assert list(consents.willing(PEERS)) == [ana]
    assert cleo not in consents.willing(PEERS)
    monkeypatch.setattr(consents, "VERSIONS", {**VERSIONS, PEERS: VERSIONS[PEERS] * 2})
    assert not consents.willing(PEERS).exists()


def test_nobody_who_is_signed_out_reads_anything() -> None:
    for path in ("/privacy/", "/privacy/consent/"):
        assert browser_of(None).get(path)["Location"].startswith("/sign-in/")
