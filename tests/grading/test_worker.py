"""What a worker makes of each ending, and of a death in the middle of a job."""

import logging
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader import Cancelled, GraderError, SubmissionError
from grading import services
from grading.endings import Ending
from grading.handlers import HANDLERS
from grading.leases import Lease
from grading.models import GradingJob
from grading.worker import Worker

REPOSITORY = Path(__file__).resolve().parents[2]
Handle = Callable[[Lease, Callable[[], bool]], Ending]
KIND = GradingJob.Kind.EVALUATION


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Worker:
    monkeypatch.setattr("grading.worker.REST_SECONDS", 0)
    return Worker()


def work_once(worker: Worker, monkeypatch: pytest.MonkeyPatch, handle: Handle) -> GradingJob:
    job = services.enqueue(kind=KIND, subject="submission:1", payload={})
    monkeypatch.setitem(HANDLERS, KIND, handle)
    assert worker._work_once((KIND,))
    job.refresh_from_db()
    return job


@pytest.mark.django_db
def test_a_done_job_keeps_its_outcome_and_its_log(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    job = work_once(
        worker, monkeypatch, lambda lease, cancelled: Ending("done", {"version": 1}, log=("read", "scored"))
    )
    assert (job.status, job.outcome, job.log, job.attempt) == ("done", {"version": 1}, "read\nscored\n", 1)


@pytest.mark.django_db
def test_their_error_ends_the_job_at_once_with_reason_and_advice(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(lease: Lease, cancelled: Callable[[], bool]) -> Ending:
        raise SubmissionError("nan", {"en": "NaN", "fr": "NaN !"}, {"en": "Train again.", "fr": "Réentraînez."})

    job = work_once(worker, monkeypatch, refuse)
    assert job.status == "refused"
    assert job.attempt == 1
    assert job.outcome["reason"] == {"en": "NaN", "fr": "NaN !"}
    assert job.outcome["advice"]["fr"] == "Réentraînez."


@pytest.mark.django_db
@pytest.mark.parametrize("error", [RuntimeError("at /secret/path"), GraderError("the seal broke")])
def test_our_error_goes_back_to_the_queue_and_its_traceback_to_our_log(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def break_down(lease: Lease, cancelled: Callable[[], bool]) -> Ending:
        raise error

    with caplog.at_level(logging.ERROR):
        job = work_once(worker, monkeypatch, break_down)
    assert (job.status, job.attempt) == ("queued", 1)
    assert str(error) not in job.log
    (record,) = caplog.records
    assert record.exc_info
    assert record.exc_info[1] is error
    incident = error.id if isinstance(error, GraderError) else str(record.args[1])
    assert incident in job.log


@pytest.mark.django_db
def test_a_worker_that_is_stopped_gives_the_job_back_without_counting_the_attempt(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop_in_the_middle(lease: Lease, cancelled: Callable[[], bool]) -> Ending:
        assert not cancelled()
        worker.stop()
        assert cancelled()
        raise Cancelled

    job = work_once(worker, monkeypatch, stop_in_the_middle)
    assert (job.status, job.attempt) == ("queued", 0)


@pytest.mark.django_db
def test_a_worker_whose_lease_is_lost_is_told_to_stop_and_its_result_is_thrown_away(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def be_slow(lease: Lease, cancelled: Callable[[], bool]) -> Ending:
        GradingJob.objects.update(lease_token="somebody else")
        services.beat(lease)
        assert cancelled()
        return Ending("done", {"version": 1})

    job = work_once(worker, monkeypatch, be_slow)
    assert (job.status, job.outcome) == ("running", None)
    assert worker._leases() == []


@pytest.mark.django_db
def test_a_failure_to_renew_one_lease_does_not_stop_the_other_rounds(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(lease: Lease) -> bool:
        raise RuntimeError("database is locked")

    monkeypatch.setattr(services, "beat", break_down)
    services.enqueue(kind=KIND, subject="submission:1", payload={})
    lease = services.claim(worker=worker.name, kinds=[KIND])
    assert lease is not None
    with worker._holding(lease), caplog.at_level(logging.CRITICAL):
        worker._attend()
    assert services.worker_is_alive()


# --- real processes -----------------------------------------------------------------------------------------------

#: A worker whose evaluations say when they begin, then last as long as SECONDS says.
PROGRAM = """
    import os, sys, time
    from pathlib import Path
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django
    django.setup()
    from django.core.management import execute_from_command_line
    from grading.endings import Ending
    from grading.handlers import HANDLERS

    def evaluate(lease, cancelled):
        with open(os.environ["TRACES"], "a") as traces:
            traces.write(f"{lease.job.pk} {lease.job.attempt}\\n")
        deadline = time.monotonic() + float(os.environ["SECONDS"])
        while time.monotonic() < deadline:
            if cancelled():
                from grader import Cancelled
                raise Cancelled
            time.sleep(0.02)
        return Ending("done", {"version": 1, "status": "done"})

    import grader
    grader.why_not_ready = lambda **_: None  # what it costs to find that out is not what this is about
    HANDLERS["evaluation"] = evaluate
    execute_from_command_line(["manage.py", "work", *sys.argv[1:]])
"""
SETUP = """
    import os
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django
    django.setup()
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command
    settings.MIGRATION_MODULES = dict.fromkeys(app.label for app in apps.get_app_configs())  # the tables, at once
    call_command("migrate", run_syncdb=True, verbosity=0)
    from grading.services import enqueue
    for number in range(int(os.environ["JOBS"])):
        enqueue(kind="evaluation", subject=f"submission:{number}", payload={})
"""
WRITE_TO_ANA = """
    import os
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django
    django.setup()
    from accounts.mail import send
    from accounts.models import User
    ana = User.objects.create(username="ana", email="ana@example.org")
    send([ana], subject={"en": "Marks", "fr": "Notes"}, body={"en": "They are out.", "fr": "Elles sont là."})
"""


class Site:
    """A database of its own, and workers that are real processes."""

    def __init__(self, folder: Path) -> None:
        self.traces = folder / "traces"
        self.traces.touch()
        self.database = folder / "db.sqlite3"
        self.environment = {
            **os.environ,
            "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{REPOSITORY / 'platform'}",
            "DLCV_DATA_DIR": str(folder),
            "DLCV_LEASE_SECONDS": "2",
            "TRACES": str(self.traces),
        }
        self.workers: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: str, seconds: float, program: str = PROGRAM) -> subprocess.Popen[bytes]:
        environment = {**self.environment, "SECONDS": str(seconds)}
        command = [sys.executable, "-c", textwrap.dedent(program), *arguments]
        worker = subprocess.Popen(command, env=environment, cwd=REPOSITORY)
        self.workers.append(worker)
        return worker

    def run(self, program: str, *arguments: str) -> str:
        """What a program prints that runs to its end."""
        command = [sys.executable, "-c", textwrap.dedent(program), *arguments]
        environment = {**self.environment, "SECONDS": "0"}
        done = subprocess.run(command, env=environment, cwd=REPOSITORY, check=True, stdout=subprocess.PIPE)
        return done.stdout.decode()

    def jobs(self) -> list[tuple[str, int]]:
        with sqlite3.connect(self.database) as connection:
            rows = connection.execute("SELECT status, attempt FROM grading_gradingjob ORDER BY id").fetchall()
        connection.close()
        return [(status, attempt) for status, attempt in rows]

    def wait_until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not holds():
            assert time.monotonic() < deadline, f"it never came to that: {self.jobs()} {self.traces.read_text()!r}"
            time.sleep(0.05)

    def has_begun(self, line: str) -> Callable[[], bool]:
        return lambda: f"{line}\n" in self.traces.read_text()


@pytest.fixture
def make_site(tmp_path: Path) -> Iterator[Callable[[int], Site]]:
    sites: list[Site] = []

    def make(jobs: int) -> Site:
        site = Site(tmp_path)
        environment = {**site.environment, "JOBS": str(jobs)}
        subprocess.run([sys.executable, "-c", textwrap.dedent(SETUP)], env=environment, cwd=REPOSITORY, check=True)
        sites.append(site)
        return site

    yield make
    for site in sites:
        for worker in site.workers:
            worker.kill()
            worker.wait()


@pytest.mark.slow
def test_a_job_whose_worker_is_killed_is_taken_up_again_once_and_nothing_is_lost(
    make_site: Callable[[int], Site],
) -> None:
    site = make_site(2)
    victim = site.start(seconds=600)
    site.wait_until(site.has_begun("1 1"))
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    assert site.jobs()[0] == ("running", 1)  # nobody has noticed yet
    site.start(seconds=0)
    site.wait_until(lambda: site.jobs() == [("done", 2), ("done", 1)])
    assert sorted(site.traces.read_text().splitlines()) == ["1 1", "1 2", "2 1"]


@pytest.mark.slow
def test_a_worker_asked_to_stop_puts_its_job_back_at_once_and_leaves(make_site: Callable[[int], Site]) -> None:
    site = make_site(1)
    worker = site.start(seconds=600)
    site.wait_until(site.has_begun("1 1"))
    worker.terminate()
    assert worker.wait(30) == 0
    assert site.jobs() == [("queued", 0)]


@pytest.mark.slow
def test_two_workers_share_a_queue_and_do_every_job_once(make_site: Callable[[int], Site]) -> None:
    site = make_site(12)
    workers = [site.start("--until-empty", seconds=0) for _ in range(2)]
    assert [worker.wait(60) for worker in workers] == [0, 0]
    assert site.jobs() == [("done", 1)] * 12
    assert sorted(site.traces.read_text().splitlines()) == sorted(f"{pk} 1" for pk in range(1, 13))


@pytest.mark.slow
def test_letters_leave_with_the_worker_and_are_printed_where_no_mail_server_is_known(
    make_site: Callable[[int], Site],
) -> None:
    site = make_site(0)
    site.run(WRITE_TO_ANA)
    printed = site.run(PROGRAM, "--until-empty")
    assert "To: ana@example.org" in printed
    assert "Elles sont" in printed
    assert "To: ana@example.org" not in site.run(PROGRAM, "--until-empty")
