"""One worker process: a lane for each kind of work, a keeper that renews what they hold, and a postman.

Several lanes, because a student who waits for a quest to unlock must not wait minutes behind somebody's
evaluation. They are threads, each with its own connection: an evaluation's work is done by a sealed child, a
key's by torch, outside the interpreter's lock.
"""

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection

import grader
from accounts import post
from grader import Cancelled, GraderError, SubmissionError
from grading import leases, queries, services
from grading.endings import VERSION, Ending
from grading.handlers import HANDLERS
from grading.leases import Lease, Watch
from grading.models import GradingJob
from uploads import cache

logger = logging.getLogger(__name__)

LANES = (
    (GradingJob.Kind.ANSWER_KEY.value,),
    (GradingJob.Kind.EVALUATION.value,),
    (GradingJob.Kind.HAND_IN.value,),
    (GradingJob.Kind.VIDEO.value,),
    (GradingJob.Kind.DETECTION.value,),
)
#: Of a worker that was told of an accelerator: its evaluations wait for nobody on the processor, nor these for them.
GPU_LANE = (GradingJob.Kind.EVALUATION_GPU.value,)
POLL_SECONDS = 0.5
#: How often a lane that works asks whether its job was cancelled.
ASK_SECONDS = 0.5
WATCH_SECONDS = 0.1
#: After a failure of ours the lane rests, so that a broken machine does not spend three attempts in one
#: second.
REST_SECONDS = 1.0
#: How long a lane may take to put its job down before we leave without it.
GRACE_SECONDS = 5.0
#: What passes by itself: somebody holds the database longer than we wait for it, its disk is full.
PASSING = (OperationalError, InterfaceError)
#: How long we go on trying to write how a job ended; its lease is kept meanwhile.
INSIST_SECONDS = 600.0
INSIST_PAUSE_SECONDS = 1.0
#: How often the postman looks for letters.
POST_SECONDS = 2.0


def worker_name() -> str:
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(3)}"


class Worker:
    """``run`` returns once ``stop`` was called, or, with ``until_empty``, when nothing waits any more."""

    def __init__(self, *, until_empty: bool = False, has_gpu: bool = False) -> None:
        self.name = worker_name()
        self.until_empty = until_empty
        self.has_gpu = has_gpu
        self.stopping = threading.Event()
        self._told_to_stop = False
        self._held: dict[str, Lease] = {}
        self._watch = Watch()
        self._trouble: Mapping[str, str] | None = None
        self._lock = threading.Lock()

    def stop(self) -> None:
        """Safe in a signal handler: setting the event there could meet the main thread inside its lock, for ever."""
        self._told_to_stop = True

    def run(self) -> bool:
        """True when every lane put its job down; False when one had to be left (its job is back in the queue)."""
        _try(grader.sweep_abandoned, "remove what killed workers left")
        self._attend()
        lanes = [_thread(self._run_lane, kinds, name="lane " + kinds[0]) for kinds in self._lanes()]
        keeper = _thread(self._keep, name="keeper")
        postman = _thread(self._post, name="postman")
        while any(lane.is_alive() for lane in lanes) and not self._told_to_stop:
            time.sleep(WATCH_SECONDS)
            if not self.until_empty and not all(thread.is_alive() for thread in (*lanes, keeper, postman)):
                logger.critical("a thread of the worker died: leaving, so that a new one starts")
                break
        self.stopping.set()
        deadline = time.monotonic() + GRACE_SECONDS
        for thread in (*lanes, keeper, postman):
            thread.join(max(0.0, deadline - time.monotonic()))
        for lease in self._leases():
            _try(partial(services.release, lease), "give a job back")
        _try(partial(services.gone, self.name), "say that the worker leaves")
        return not any(lane.is_alive() for lane in lanes)

    def _lanes(self) -> tuple[tuple[str, ...], ...]:
        return (*LANES, GPU_LANE) if self.has_gpu else LANES

    # --- keeper ---------------------------------------------------------------------------------------------

    def _keep(self) -> None:
        with _own_connection():
            while not self.stopping.wait(settings.LEASE_SECONDS / 3):
                self._attend()

    def _attend(self) -> None:
        """One round: renew our leases first, then look after what others left. A round that fails is not the last."""
        close_old_connections()
        for lease in self._leases():
            _try(partial(services.beat, lease), "renew a lease")
        seen = partial(services.seen, self.name, has_gpu=self.has_gpu, trouble=self._trouble)
        _try(seen, "say that the worker lives")
        _try(partial(services.sweep, self._watch), "look for lost jobs")
        _try(cache.forget_unused, "remove copies that nobody has read for a day")

    def _leases(self) -> list[Lease]:
        with self._lock:
            return list(self._held.values())

    @contextmanager
    def _holding(self, lease: Lease) -> Iterator[None]:
        with self._lock:
            self._held[lease.token] = lease
        try:
            yield
        finally:
            with self._lock:
                self._held.pop(lease.token, None)

    # --- postman --------------------------------------------------------------------------------------------

    def _post(self) -> None:
        """A mail server that is slow to answer holds up neither the keeper nor a page."""
        # The lanes of a worker that leaves when nothing waits are soon through: what waits to be sent waits too.
        is_over = (lambda: self._told_to_stop) if self.until_empty else self.stopping.is_set
        with _own_connection():
            while True:
                close_old_connections()
                _try(partial(post.deliver, is_over), "send letters")
                if self.until_empty or self.stopping.wait(POST_SECONDS):
                    return

    # --- lanes ----------------------------------------------------------------------------------------------

    def _run_lane(self, kinds: tuple[str, ...]) -> None:
        with _own_connection():
            while not self.stopping.is_set():
                close_old_connections()
                try:
                    may_work = self._is_ready_for(kinds)
                    worked = may_work and self._work_once(kinds)
                    if not worked and self.until_empty and (not may_work or queries.is_empty(kinds)):
                        return
                except Exception:
                    logger.exception("the lane %s stumbled", kinds)
                    worked = False
                if not worked:
                    self.stopping.wait(POLL_SECONDS)

    def _is_ready_for(self, kinds: tuple[str, ...]) -> bool:
        """May a stranger's file be opened here? Where not, its jobs wait as they are, and everybody is told why.

        One that works through what waits and leaves is spared the reference evaluation.
        """
        if kinds == (GradingJob.Kind.ANSWER_KEY,) or (self.until_empty and queries.is_empty(kinds)):
            return True
        trouble = grader.why_not_ready(with_reference=not self.until_empty)
        if trouble != self._trouble:
            self._trouble = trouble
            self._tell_trouble(trouble)
        return trouble is None

    def _tell_trouble(self, trouble: Mapping[str, str] | None) -> None:
        if trouble is None:
            logger.warning("evaluations and hand-ins go on")
        else:
            logger.critical("evaluations and hand-ins wait, no attempt is lost: %s", trouble["en"])
        services.seen(self.name, has_gpu=self.has_gpu, trouble=trouble)

    def _work_once(self, kinds: tuple[str, ...]) -> bool:
        lease = services.claim(worker=self.name, kinds=kinds)
        if lease is None:
            return False
        with self._holding(lease):
            self._attempt(lease)
        return True

    def _attempt(self, lease: Lease) -> None:
        asked_at = time.monotonic()

        def cancelled() -> bool:
            nonlocal asked_at
            if time.monotonic() - asked_at >= ASK_SECONDS:
                asked_at = time.monotonic()
                _try(partial(leases.still_held, lease), "ask whether a job was cancelled")
            return self._told_to_stop or self.stopping.is_set() or lease.lost.is_set()

        try:
            ending = _ending(lease, cancelled)
            if not _insist(lease, partial(services.finish, lease, ending)):
                logger.warning("job %s: the lease was lost, its result is thrown away", lease.job.pk)
        except Cancelled:
            _insist(lease, partial(services.release, lease))
        except Exception as error:
            self._record(lease, error)
            self.stopping.wait(REST_SECONDS)

    def _record(self, lease: Lease, error: Exception) -> None:
        """Ours: the traceback goes to our log under an id, and the id is all that anybody else reads."""
        error_id = getattr(error, "error_id", None) or (error.id if isinstance(error, GraderError) else "")
        error_id = error_id or secrets.token_hex(4)
        logger.error("job %s: incident %s", lease.job.pk, error_id, exc_info=error)
        fail = partial(
            services.fail,
            lease,
            error_id=error_id,
            summary=type(error).__name__,
            log=getattr(error, "log", ()),
            reason=getattr(error, "reason", None),
        )
        _insist(lease, fail)


def _insist(lease: Lease, write: Callable[[], bool]) -> bool:
    """Write how a job ended, trying again for minutes: work that was done is not thrown away for a passing trouble."""
    deadline = time.monotonic() + INSIST_SECONDS
    while True:
        try:
            return write()
        except PASSING as trouble:
            if lease.lost.is_set() or time.monotonic() > deadline:
                raise
            logger.error("job %s: its end cannot be written yet, we try again: %s", lease.job.pk, trouble)
            time.sleep(INSIST_PAUSE_SECONDS)


def _ending(lease: Lease, cancelled: Callable[[], bool]) -> Ending:
    """What the handler makes of the job; what it refuses is an ending too."""
    try:
        return HANDLERS[lease.job.kind](lease, cancelled)
    except SubmissionError as refusal:
        outcome = {
            "version": VERSION,
            "status": "refused",
            "code": refusal.code,
            "reason": dict(refusal.reason),
            "advice": dict(refusal.advice),
        }
        return Ending("refused", outcome, log=(f"refused: {refusal}",))


def _try(act: Callable[[], object], what: str) -> None:
    try:
        act()
    except Exception:
        logger.exception("the worker could not %s", what)


def _thread(target: Callable[..., None], *arguments: object, name: str) -> threading.Thread:
    thread = threading.Thread(target=target, args=arguments, name=name, daemon=True)
    thread.start()
    return thread


@contextmanager
def _own_connection() -> Iterator[None]:
    """A thread's connection is closed by the thread itself, or never."""
    try:
        yield
    finally:
        connection.close()
