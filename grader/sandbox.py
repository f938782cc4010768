"""Starting, listening to and killing a child that may turn hostile. Knows processes and pipes, no ML.

The child is a fresh Python with an empty environment, its own session and a throw-away folder; it seals
itself (``grader.seal``) before it reads the stranger's file. Here nothing it says is believed and nothing it
does outlives the job.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from grader.errors import Cancelled, GraderError
from grader.frames import Frame, FrameReader, ProtocolError

ROOT: Final = Path(__file__).resolve().parent.parent

#: ``-I`` ignores PYTHONPATH and the current folder, so the checkout is put on the path by hand.
BOOTSTRAP: Final = "import sys, importlib; sys.path.insert(0, sys.argv[1]); importlib.import_module(sys.argv[2]).main()"

#: What a child's throw-away folder is called: with the process that will throw it away, unless it is killed.
FOLDER: Final = "dlcv-child-{parent}-"
POLL_SECONDS: Final = 0.1
#: A child that said its last word has this long to end.
GOODBYE_SECONDS: Final = 5.0
INSTRUCTIONS_BYTES: Final = 1 << 20  # a child reads them first of all
NOISE_BYTES: Final = 4 * 1024


class ChildLost(Exception):
    """The child ended before its last word. ``how``: a signal's name, ``exit``, ``wall`` or ``protocol``.

    ``detail`` is ours and fit for the instructors' log.
    """

    def __init__(self, how: str, detail: str) -> None:
        super().__init__(f"{how}: {detail}")
        self.how = how
        self.detail = detail


class Child:
    """One child process, from start to death: ``with Child(…) as child: for frame in child.frames(…)``.

    module: the program, a module of this checkout with ``main()``; files: name -> open descriptor that the
    child inherits; instructions: plain JSON that it reads from its standard input.
    """

    def __init__(self, module: str, *, files: Mapping[str, int], instructions: Mapping[str, object]) -> None:
        self._result, result_write = os.pipe()
        self.folder = tempfile.mkdtemp(prefix=FOLDER.format(parent=os.getpid()))
        message = {**instructions, "files": {**files, "result": result_write}, "parent": os.getpid()}
        text = json.dumps(message).encode()
        assert len(text) <= INSTRUCTIONS_BYTES, "instructions are a few numbers"
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-B", "-c", BOOTSTRAP, str(ROOT), module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(*files.values(), result_write),
                start_new_session=True,
                env=environment(self.folder),
                cwd="/",
            )
        except OSError as error:
            os.close(self._result)
            shutil.rmtree(self.folder, ignore_errors=True)
            raise GraderError("the sealed child could not be started", private=str(error)) from error
        finally:
            os.close(result_write)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError), self._process.stdin as stdin:
            stdin.write(text)
        self._noise = bytearray()
        self.cpu_seconds = 0.0
        self._status: int | None = None

    def __enter__(self) -> "Child":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        assert self._process.stdout is not None
        self._process.stdout.close()
        os.close(self._result)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def process_id(self) -> int:
        return self._process.pid

    @property
    def noise(self) -> str:
        """The end of what it printed before it was sealed, on one line: for our log when it cannot start."""
        text = self._noise.decode("utf-8", "replace")
        return " ".join("".join(c if c.isprintable() else " " for c in text).split())[-1_000:]

    def frames(self, reader: FrameReader, *, wall_seconds: float, cancelled: Callable[[], bool]) -> Iterator[Frame]:
        """What it says, until it closes its pipe. Raises ChildLost, or Cancelled when asked to stop."""
        deadline = time.monotonic() + wall_seconds
        asked = float("-inf")  # asking may cost a query: not for every frame
        assert self._process.stdout is not None
        open_pipes = {self._result, self._process.stdout.fileno()}
        while self._result in open_pipes:
            now = time.monotonic()
            if now - asked > POLL_SECONDS:
                asked = now
                if cancelled():
                    raise Cancelled
            if now > deadline:
                self.kill()
                raise ChildLost("wall", f"no end after {wall_seconds:.0f} s")
            ready, _, _ = select.select(list(open_pipes), [], [], POLL_SECONDS)
            for pipe in ready:
                data = os.read(pipe, 1 << 16)
                if not data:
                    open_pipes.discard(pipe)
                elif pipe == self._result:
                    yield from self._complete(reader, data)
                else:
                    self._noise = (self._noise + data)[-NOISE_BYTES:]
        if reader.inside_frame:
            raise self.lost("it stopped in the middle of a frame")

    def _complete(self, reader: FrameReader, data: bytes) -> Iterator[Frame]:
        try:
            yield from reader.feed(data)
        except ProtocolError as error:
            self.kill()
            raise ChildLost("protocol", str(error)) from error

    def cause(self, lost: ChildLost, *, cpu_seconds: float) -> str:
        """How it ended, once it is dead: as ``lost`` says, but for one that had used up its processor time."""
        self.kill()
        if lost.how == "SIGKILL" and self.cpu_seconds >= cpu_seconds:
            return "SIGXCPU"  # it ignored the first signal of its limit; the second cannot be
        return lost.how

    def lost(self, detail: str) -> ChildLost:
        """How it ended, for the exception to raise: waits for its death, kills it if it lingers."""
        status = self._wait(GOODBYE_SECONDS)
        self._hear_the_rest()
        if status is None:
            self.kill()
            return ChildLost("wall", f"{detail}; it closed its pipe and went on")
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            known = number in signal.Signals.__members__.values()
            return ChildLost(signal.Signals(number).name if known else f"signal {number}", detail)
        return ChildLost("exit", f"{detail}; exit status {os.WEXITSTATUS(status)}")

    def _hear_the_rest(self) -> None:
        """What it printed last may still be in the pipe when the other one is closed."""
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)
        with contextlib.suppress(BlockingIOError):
            self._noise += os.read(self._process.stdout.fileno(), NOISE_BYTES)

    def kill(self) -> None:
        """End it and everything of its session (a sealed child has nothing else), and wait."""
        if self._status is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._wait(None)

    def _wait(self, seconds: float | None) -> int | None:
        """Its exit status, or None if it lives on; ``wait4`` tells this child's own processor time."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while self._status is None:
            pid, status, usage = os.wait4(self._process.pid, 0 if deadline is None else os.WNOHANG)
            if pid:
                self._status = status
                self._process.returncode = os.waitstatus_to_exitcode(status)
                self.cpu_seconds = usage.ru_utime + usage.ru_stime
            elif deadline is not None and time.monotonic() > deadline:
                return None
            else:
                time.sleep(0.01)
        return self._status


def sweep_abandoned() -> int:
    """Remove the folders of children whose parent was killed before it could; returns how many."""
    removed = 0
    for folder in Path(tempfile.gettempdir()).glob(FOLDER.format(parent="*") + "*"):
        parent = folder.name.split("-")[2]
        if parent.isdecimal() and not Path(f"/proc/{parent}").exists():
            shutil.rmtree(folder, ignore_errors=True)
            removed += not folder.exists()
    return removed


def environment(folder: str) -> dict[str, str]:
    """All that a child finds in its environment: no secret, no home, no path; ``folder`` is thrown away."""
    return {
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "YOLO_OFFLINE": "1",
        "YOLO_CONFIG_DIR": folder,
        "MPLCONFIGDIR": folder,
        "ULTRALYTICS_SAFE_LOAD": "1",
        "ORT_DISABLE_TELEMETRY": "1",
    }


def read_instructions() -> dict[str, Any]:
    """The child's side: what its parent wrote before closing."""
    found = json.load(sys.stdin)
    assert isinstance(found, dict)
    return found
