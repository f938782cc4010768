"""What the demo has decided about marks and people: once, however often it is built, and nobody's choice undone."""

from accounts import consents
from accounts.consents import PEERS
from accounts.models import User
from challenges.spec import load_cards
from config import demo_gradebook
from courses.models import Course
from gradebook.models import RulesVersion
from gradebook.queries import rules_of
from privacy.models import Retention
from tests.builders import make_pair


def test_the_demo_is_settled_once(course: Course) -> None:
    for name in ("1", "7", "8"):
        make_pair(course, name)
    demo_gradebook.settle(course)
    assert rules_of(course) == demo_gradebook.RULES
    assert set(demo_gradebook.RULES.cards) <= {card.slug for card in load_cards()}
    dates = Retention.objects.get()
    asked = consents.answers_of(User.objects.all())
    assert {User.objects.get(pk=person).username for person in asked} == {"pair1a", "pair1b", "pair7a", "pair7b"}
    shy = User.objects.get(username=demo_gradebook.SHY)
    assert asked[shy.pk][PEERS] is False
    consents.answer(person=shy, answers={PEERS: True})
    demo_gradebook.settle(course)
    assert RulesVersion.objects.count() == 1
    assert consents.has_consented(shy, PEERS)
    assert Retention.objects.get().clips_until == dates.clips_until
