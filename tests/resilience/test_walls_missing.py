"""A kernel without one of the walls: jobs wait, everybody is told why, and an administrator may decide otherwise."""

import os
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import grader
from accounts.models import User
from courses.models import Pair
from grading import services
from grading.endings import Ending
from grading.handlers import HANDLERS
from grading.models import GradingJob, Worker
from grading.worker import Worker as RunningWorker
from submissions.models import Task
from tests.builders import make_person, member_of
from tests.grading.test_worker import PROGRAM, Site
from tests.grading.test_worker import make_site as make_site
from tests.hand_in import hand_in
from tests.pages.browsing import browser_of

WHY = {"en": "Landlock is missing here.", "fr": "Landlock manque ici."}
EVALUATION, KEY = GradingJob.Kind.EVALUATION, GradingJob.Kind.ANSWER_KEY

x86_64_only = pytest.mark.skipif(os.uname().machine != "x86_64", reason="the simulated kernel is an x86_64 one")
#: The kernel answers ``landlock_create_ruleset`` with ENOSYS from here on, for this process and all its children.
WITHOUT_LANDLOCK = """
    import ctypes, struct
    from grader.walls import syscalls
    from grader.walls.kernel import call, control
    def step(code, k, then=0, otherwise=0):
        return struct.pack("<HBBI", code, then, otherwise, k)
    steps = [step(0x20, 0), step(0x15, syscalls.X86_64["landlock_create_ruleset"], 0, 1), step(0x06, 0x00050000 | 38),
             step(0x06, 0x7FFF0000)]
    code = ctypes.create_string_buffer(b"".join(steps), 8 * len(steps))
    control(38, 1)
    header = struct.pack("<HxxxxxxQ", len(steps), ctypes.addressof(code))
    assert call(syscalls.table()[1]["seccomp"], 1, 0, header) == 0
"""


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Both lanes' jobs, done at once; what was done."""
    done: list[str] = []
    for kind in (EVALUATION, KEY):

        def finish(lease: Any, cancelled: Any, kind: str = kind) -> Ending:
            done.append(kind)
            return Ending("done", {"version": 1})

        monkeypatch.setitem(HANDLERS, kind, finish)
        services.enqueue(kind=kind, subject=f"{kind}:1", payload={})
    return done


@pytest.mark.django_db
def test_evaluations_wait_with_all_their_attempts_while_keys_are_made(
    jobs: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(grader, "why_not_ready", lambda **_: WHY)
    worker = RunningWorker(until_empty=True)
    for kind in (EVALUATION, KEY):
        worker._run_lane((kind,))
    assert jobs == [KEY]
    waiting = GradingJob.objects.get(kind=EVALUATION)
    assert (waiting.status, waiting.attempt, waiting.error_id) == ("queued", 0, "")
    assert [record.levelname for record in caplog.records if WHY["en"] in record.getMessage()] == ["CRITICAL"]
    monkeypatch.setattr(grader, "why_not_ready", lambda **_: None)  # the administrator has decided, or mended
    worker._run_lane((EVALUATION,))
    assert jobs == [KEY, EVALUATION]


@pytest.mark.django_db
def test_the_status_page_says_what_the_worker_says_and_forgets_it_when_all_is_well(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = {"accepts_jobs": True, "weak": False, "why": None, "walls": {}, "escapes": {}}
    monkeypatch.setattr(grader, "seal_report", lambda: machine)
    prof = browser_of(User.objects.get(username="prof"), "fr")
    services.seen("worker:1", trouble=WHY)
    services.seen("worker:2", trouble=WHY)
    assert prof.get("/status/").content.decode().count("Landlock manque ici.") == 1
    services.seen("worker:1")
    services.seen("worker:2")
    assert "Landlock manque" not in prof.get("/status/").content.decode()
    assert not Worker.objects.filter(trouble__isnull=False).exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("folders")
def test_a_pair_reads_that_its_place_is_kept(pair: Pair) -> None:
    submission = hand_in(Task.objects.get(), pair)
    page = browser_of(member_of(pair), "en")
    services.seen("worker:1", trouble=WHY)
    told = page.get(f"/submissions/{submission.pk}/").content.decode()
    assert "Your place is kept" in told
    assert "Landlock" not in told  # what is wrong with the machine is the administrator's business
    services.seen("worker:1")
    assert "Your place is kept" not in page.get(f"/submissions/{submission.pk}/").content.decode()


@pytest.mark.django_db
def test_a_weaker_seal_that_an_administrator_allowed_is_named(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    why = {
        "en": "weaker: DLCV_ALLOW_WEAK_SEAL=1 accepts that.",
        "fr": "plus faible : DLCV_ALLOW_WEAK_SEAL=1 l'accepte.",
    }
    walls = {"landlock": False, "seccomp": True}
    weak = {"accepts_jobs": True, "weak": True, "why": why, "walls": walls, "escapes": {}}
    monkeypatch.setattr(grader, "seal_report", lambda: weak)
    page = browser_of(User.objects.get(username="prof"), "en").get("/status/").content.decode()
    assert "DLCV_ALLOW_WEAK_SEAL=1 accepts that" in page
    assert page.count("missing") == 1
    assert browser_of(make_person("curious")).get("/status/").status_code in (302, 403, 404)


@pytest.mark.slow
@x86_64_only
def test_a_real_worker_without_landlock_waits_and_one_that_may_works(make_site: Any, tmp_path: Path) -> None:
    site: Site = make_site(1)
    program = textwrap.dedent(WITHOUT_LANDLOCK) + textwrap.dedent(PROGRAM).replace("grader.why_not_ready =", "_ =")
    refusing = site.start("--until-empty", seconds=0, program=program)
    assert refusing.wait(60) == 0
    assert site.jobs() == [("queued", 0)]
    site.environment["DLCV_ALLOW_WEAK_SEAL"] = "1"
    allowing = site.start("--until-empty", seconds=0, program=program)
    assert allowing.wait(60) == 0
    assert site.jobs() == [("done", 1)]
