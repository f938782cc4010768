"""What axe-core finds on the pages: nothing serious, on a desktop by day and on a phone by night."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.end_to_end.conftest import DESKTOP, PHONE, Demo

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OF_ANYBODY = ["/sign-in/"]
OF_STUDENTS = [
    "/cards/bingo-de-yolo/",
    "/cards/bingo-de-yolo-2/",
    "/cards/where-is-charlie/",
    "/cards/charlie-in-the-weights/",
    "/cards/where-is-charlie/quests/first-look/",
    "/cards/where-is-charlie/quests/all-the-xn/",
    "/cards/where-is-charlie/quests/what-a-neuron-sees/",
    "/cards/where-is-charlie/quests/what-a-pt-holds/",
    "/cards/bingo-de-yolo/quests/la-moulinette-des-labels/",
    "/cards/bingo-de-yolo/quests/train/",
    "/cards/bingo-de-yolo/quests/the-weight-is/",
    "/cards/bingo-de-yolo/quests/seeing-data-augmentation/",
    "/cards/bingo-de-yolo-2/quests/l-apprentissage-dont-vous-etes-le-heros/",
    "/cards/charlie-in-the-weights/quests/the-drawing/",
    "/tasks/charlie/",
    "/tasks/charlie/terminal/",
    "/tasks/charlie/leaderboard/",
    "/tasks/charlie/leaderboard/?at_most_parameters=9000000",
    "/tasks/charlie/leaderboard/?projector=1",
    "/submissions/{scored}/",
    "/submissions/{scored}/errors/",
    "/submissions/{scored}/errors/{picture}/",
    "/capsule/",
    "/capsules/",
    "/account/",
    "/marks/",
    "/privacy/",
    "/privacy/consent/?next=/account/",
    "/account/uploads/",
]
OF_INSTRUCTORS = [
    "/teach/",
    "/teach/grid/",
    "/teach/mistakes/",
    "/teach/room/",
    "/teach/reviews/",
    "/teach/quests/",
    "/teach/course/",
    "/teach/people/",
    "/teach/gradebook/",
    "/teach/gradebook/rules/",
    "/teach/gradebook/columns/",
    "/teach/audit/",
    "/teach/privacy/",
    "/teach/capsules/",
    "/teach/capsules/{capsule}/",
    "/teach/capsules/rules/",
    "/teach/submissions/",
    "/teach/submissions/{scored}/",
    "/teach/task/charlie/",
    "/teach/draw/",
    "/teach/weights/",
    "/status/",
]
PAGES = [(None, OF_ANYBODY), ("pair1a", OF_STUDENTS), ("prof", OF_INSTRUCTORS)]
SERIOUS = ("serious", "critical")


def serious_violations(page: Page) -> list[str]:
    """What axe calls serious or critical, one line each: the rule, the place, why."""
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']} at {node['target']}: {node.get('failureSummary', '')}"
        for rule in found
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


def there(demo: Demo) -> dict[str, object]:
    """A scored submission of pair 1, and the first picture of its gallery."""
    sql = """select submission.id from submissions_submission submission
             join courses_pair pair on pair.id = submission.pair_id
             where pair.name = '1' and submission.gallery is not null order by submission.id"""
    capsule = """select capsule.id from capsules_capsule capsule
                 join courses_pair pair on pair.id = capsule.pair_id where pair.name = '1'"""
    return {"scored": demo.query(sql)[0][0], "picture": 0, "capsule": demo.query(capsule)[0][0]}


@pytest.mark.parametrize(("who", "addresses"), PAGES, ids=["anybody", "student", "instructor"])
@pytest.mark.parametrize(
    ("size", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop by day", "phone by night"]
)
def test_axe_finds_nothing_serious(
    demo: Demo, open_page: Callable[..., Page], who: str | None, addresses: list[str], size: dict[str, int], theme: str
) -> None:
    page = open_page("/", who=who, size=size)
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    found = {}
    for address in (address.format(**there(demo)) for address in addresses):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        if violations := serious_violations(page):
            found[address] = violations
    assert found == {}
