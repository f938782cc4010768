"""A pair hands in weights while another browser watches the board; an instructor reads the log and runs it again."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.end_to_end.conftest import REPOSITORY, Demo, environment, free_port, wait_until_ready

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WEIGHTS = REPOSITORY / "fixtures" / "weights"
BOARD = "/tasks/charlie/leaderboard/"
EVALUATION_MS = 120_000


def worker_of(demo: Demo) -> psutil.Process:
    """The worker that this demo's supervisor runs."""
    children = psutil.Process(demo.process.pid).children(recursive=True)
    return next(child for child in children if "work" in child.cmdline() and child.is_running())


def jobs_of(demo: Demo, pair: str) -> list[tuple[object, ...]]:
    sql = """select job.status, job.attempt from grading_gradingjob job
             join submissions_submission submission on job.subject = 'submission:' || submission.id
             join courses_pair pair on pair.id = submission.pair_id where pair.name = ? order by job.id"""
    return demo.query(sql, pair)


def hand_in(page: Page, file: Path) -> None:
    page.set_input_files("#file", file)
    page.locator("#hand-in button").click()


def test_the_board_moves_by_itself_in_another_browser(demo: Demo, open_page: Callable[..., Page]) -> None:
    watcher = open_page(BOARD, who="pair8a")
    expect(watcher.locator("#board-link")).to_have_text("live")
    before = watcher.locator("#board-rows tr").count()
    expect(watcher.locator("#board-rows tr[data-pair='2']")).to_have_count(0)

    student = open_page("/tasks/charlie/", who="pair2a")
    hand_in(student, WEIGHTS / "charlie_yolov5n.pt")
    student.wait_for_url(re.compile(r"/submissions/\d+/$"))
    expect(student.locator("#submission")).to_contain_text("mAP50-95", timeout=EVALUATION_MS)
    expect(student.locator("#submission [data-figure='per-class'].js-plotly-plot")).to_be_visible()
    for name in ("charlie", "glasses", "mug", "key"):
        expect(student.locator("#classes-title + .table-wrap")).to_contain_text(name)

    # No reload: the same page, another browser.
    expect(watcher.locator("#board-rows tr[data-pair='2']")).to_have_count(1)
    assert watcher.locator("#board-rows tr").count() == before + 1
    assert jobs_of(demo, "2") == [("done", 1)]


def test_the_same_file_twice_is_recognised(demo: Demo, open_page: Callable[..., Page]) -> None:
    count = len(jobs_of(demo, "1"))
    student = open_page("/tasks/charlie/", who="pair1b")
    hand_in(student, WEIGHTS / "charlie_yolov8n.pt")
    student.wait_for_url(re.compile(r"/submissions/\d+/$"))
    expect(student.locator("main")).to_contain_text("We know this file")
    assert len(jobs_of(demo, "1")) == count


def test_a_file_that_is_no_checkpoint_is_declined_with_an_advice(
    demo: Demo, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page_404 = tmp_path / "best.pt"
    page_404.write_bytes(b"<!DOCTYPE html><html><body>404: Not Found</body></html>" * 20)
    student = open_page("/tasks/charlie/", who="pair5a", language="fr")
    hand_in(student, page_404)
    expect(student.locator("[data-uploads]")).to_contain_text("page web")
    assert jobs_of(demo, "5") == []
    assert not list((demo.data / "uploads" / "incoming").iterdir())


def test_weights_of_another_task_are_refused_and_the_page_says_which_classes_are_expected(
    demo: Demo, open_page: Callable[..., Page], three_class_checkpoint: Path
) -> None:
    student = open_page("/tasks/charlie/", who="pair5a")
    hand_in(student, three_class_checkpoint)
    student.wait_for_url(re.compile(r"/submissions/\d+/$"))
    expect(student.locator("#submission")).to_contain_text("refused", timeout=EVALUATION_MS)
    expect(student.locator("#submission")).to_contain_text("class")
    assert [status for status, _ in jobs_of(demo, "5")] == ["refused"]


def test_an_instructor_reads_the_whole_log_and_runs_it_again(demo: Demo, open_page: Callable[..., Page]) -> None:
    prof = open_page("/teach/submissions/", who="prof")
    prof.get_by_role("link", name="charlie_yolov8n.pt").first.click()
    expect(prof.locator("pre.log").first).to_contain_text("seal")
    assert str(demo.data) not in prof.content()
    before = len(jobs_of(demo, "1"))
    prof.get_by_role("button", name="Evaluate again").dblclick()
    expect(prof.locator("main")).to_contain_text("in the queue")
    deadline = time.monotonic() + EVALUATION_MS / 1000
    while time.monotonic() < deadline and [status for status, _ in jobs_of(demo, "1")][-1] != "done":
        time.sleep(0.5)
    jobs = jobs_of(demo, "1")
    assert len(jobs) == before + 1
    assert {status for status, _ in jobs} == {"done"}


def test_a_worker_killed_in_the_middle_is_replaced_and_the_job_counted_once(
    demo: Demo, open_page: Callable[..., Page], trained_apart: Callable[[str], Path]
) -> None:
    student = open_page("/tasks/charlie/", who="pair6a")
    hand_in(student, trained_apart("charlie_yolo11n.pt"))
    student.wait_for_url(re.compile(r"/submissions/\d+/$"))
    expect(student.locator("#submission .wait")).to_contain_text("Reading your checkpoint", timeout=EVALUATION_MS)
    killed = worker_of(demo)
    killed.send_signal(signal.SIGKILL)
    expect(student.locator("#submission")).to_contain_text("mAP50-95", timeout=EVALUATION_MS)
    assert jobs_of(demo, "6") == [("done", 2)]
    assert worker_of(demo).pid != killed.pid
    sql = (
        "select count(score) from submissions_submission where pair_id in (select id from courses_pair where name = ?)"
    )
    assert demo.query(sql, "6") == [(1,)]


def test_a_term_signal_stops_everything_that_was_started(demo_data: Path, tmp_path: Path) -> None:
    # A folder of its own: two sites never share one.
    data = tmp_path / "demo"
    shutil.copytree(demo_data, data, ignore=shutil.ignore_patterns("*.sock", "*.log"))
    port = free_port()
    process = subprocess.Popen(
        ["make", "--no-print-directory", "demo", f"PORT={port}"],
        cwd=REPOSITORY,
        env=environment(data),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", process)
        started = psutil.Process(process.pid).children(recursive=True)
        assert len(started) >= 2
        process.terminate()
        process.wait(20)
        _, alive = psutil.wait_procs(started, timeout=20)
        assert alive == []
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
