"""The calls of the site that this client makes, each by its name; see /api/docs/ there."""

from __future__ import annotations

from typing import Any, Dict, Mapping

from dlcv.errors import Failed, Refused
from dlcv.language import say
from dlcv.printable import one_line
from dlcv.transport import Answer, Server

Record = Dict[str, Any]


def token_for(server: Server, *, user: str, password: str) -> str:
    said = _record(server.ask("POST", "/api/token/", form={"username": user, "password": password}))
    return str(said.get("token") or "")


def tasks(server: Server) -> list[Record]:
    return _records(server.ask("GET", "/api/tasks/"))


def find_task(server: Server, slug: str) -> Record:
    """The task of that name, or the only one when none is named. Raises Refused."""
    known = tasks(server)
    names = ", ".join(one_line(task.get("slug")) for task in known)
    if not slug and len(known) == 1:
        return known[0]
    found = next((task for task in known if task.get("slug") == slug), None)
    if found is not None:
        return found
    if not known:
        raise Refused(say("Your course has no task."), say("dlcv tasks lists them."), code="no_task")
    if not slug:
        raise Refused(say("Which task? There are several."), say("Say --task with one of: {names}", names=names))
    raise Refused(
        say("There is no task {slug}.", slug=one_line(slug)), say("The tasks are: {names}", names=names), code="no_task"
    )


def task(server: Server, slug: str) -> Record:
    """With ``quota``: where one's pair stands today; None for whoever is in no pair."""
    return _record(server.ask("GET", f"/api/tasks/{slug}/"))


def submissions(server: Server, task: str) -> list[Record]:
    """One's own pair's, the newest first; everybody's for an instructor."""
    return _records(server.ask("GET", f"/api/tasks/{task}/submissions/"))


def submission(server: Server, number: int) -> Record:
    return _record(_about(server, "GET", number, ""))


def hand_in(server: Server, task: str, form: Mapping[str, str]) -> Record:
    """Raises Broken at once when the connection is lost: whether it arrived must be looked up first."""
    return _record(server.once("POST", f"/api/tasks/{task}/submissions/", form=dict(form)))


def cancel(server: Server, number: int) -> Record:
    return _record(_about(server, "POST", number, "cancel/"))


def choose(server: Server, number: int) -> Record:
    return _record(_about(server, "POST", number, "choose/"))


def log(server: Server, number: int) -> Record:
    return _record(_about(server, "GET", number, "log/"))


def leaderboard(server: Server, task: str, filters: Mapping[str, str]) -> Record:
    """``{"revision", "state", "part", "rows"}``, and more where the server wraps its rows."""
    answer = server.ask("GET", f"/api/tasks/{task}/leaderboard/", query=filters)
    if isinstance(answer.body, list):
        revision = answer.headers.get("Board-Revision", "")
        said = {name: one_line(answer.headers.get(f"Board-{name}") or "") for name in ("state", "part")}
        return {"revision": int(revision) if revision.isdecimal() else 0, **said, "rows": _records(answer)}
    board = _record(answer)
    if not isinstance(board.get("rows"), list):
        raise _not_understood()
    return board


def _about(server: Server, method: str, number: int, rest: str) -> Answer:
    """A call about one submission; whoever may not see it is told that it is not there."""
    answer = server.ask(method, f"/api/submissions/{number}/{rest}", also=(404,))
    if answer.status == 404:
        raise Refused(
            say("There is no submission {number} of yours.", number=number),
            say("dlcv status lists yours."),
            code="no_submission",
            status=404,
        )
    return answer


def _record(answer: Answer) -> Record:
    if not isinstance(answer.body, dict):
        raise _not_understood()
    return answer.body


def _records(answer: Answer) -> list[Record]:
    if not isinstance(answer.body, list) or not all(isinstance(item, dict) for item in answer.body):
        raise _not_understood()
    return answer.body


def _not_understood() -> Failed:
    return Failed(
        say("The server answered something that this client does not understand."),
        say("Install the client that goes with this site again: its task pages say how."),
        code="unexpected",
    )
