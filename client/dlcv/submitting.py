"""From a file on this disk to a submission in the queue: sent once, compared end to end, handed in once."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Protocol

from dlcv import api
from dlcv.errors import Broken, Failed, Refused
from dlcv.language import say
from dlcv.local_file import Changed, LocalFile, look_at
from dlcv.numbers import moment
from dlcv.transport import Server
from dlcv.upload import Upload

#: How often a file may change under our hands before we say so.
CHANGES = 3
#: States of a submission that a second hand-in of the same file would not change.
_STANDS = ("queued", "running", "done")

Record = Dict[str, Any]


class Reporter(Protocol):
    """Who tells the person how the upload goes."""

    def begin(self, file: LocalFile) -> None: ...
    def sent(self, count: int) -> None: ...
    def note(self, sentence: str) -> None: ...


def submit(server: Server, path: Path, *, task: str, configuration: str, report: Reporter) -> Record:
    """Hand in a file; returns the receipt: ``{"id", "status", "position", "recognised", "sha256"}``. Raises Stopped."""
    for _ in range(CHANGES):
        file = look_at(path)
        known = _find(server, task, file)
        if known is not None:
            return known
        _require_quota(api.task(server, task).get("quota"))
        report.begin(file)
        try:
            return _checked(_send_and_hand_in(server, file, task, configuration, report), file)
        except Changed:
            report.note(say("{name} changed while it was being sent: it starts anew.", name=file.name))
    raise Refused(
        say("{name} keeps changing: is a training still writing it?", name=path.name),
        say("Wait until it ends, or copy the file and send the copy."),
        code="file_changes",
    )


def _send_and_hand_in(server: Server, file: LocalFile, task: str, configuration: str, report: Reporter) -> Record:
    upload = Upload(server, file, report.sent)
    while True:
        try:
            identity = upload.run()
        except Refused:  # what was sent is no checkpoint, or too large: nothing to go on with
            upload.memory.forget()
            raise
        form = {"upload": identity, "sha256": file.sha256}
        if configuration:
            form["configuration"] = configuration
        receipt = _hand_in(server, task, form, upload)
        if receipt is None:  # an earlier answer was lost on its way, or another terminal handed it in
            known = _find(server, task, file)
            receipt = known and {**known, "recognised": False}
        if receipt is not None:
            upload.memory.forget()
            return receipt


def _hand_in(server: Server, task: str, form: dict[str, str], upload: Upload) -> Record | None:
    """None when the server knows the upload no more. Raises Changed when what it has is another file."""
    while True:
        try:
            return api.hand_in(server, task, form)
        except Refused as refusal:
            if refusal.code == "upload_damaged":
                upload.discard(form["upload"])
                raise Changed from refusal
            if refusal.code != "upload_unknown":
                raise
            upload.memory.forget()
            return None
        except Broken as error:
            server.patience.after(error)


def _find(server: Server, task: str, file: LocalFile) -> Record | None:
    """The receipt of this very file, when the site has it already and handing it in again would change nothing."""
    for one in api.submissions(server, task):
        checkpoint = one.get("checkpoint")
        is_it = isinstance(checkpoint, dict) and checkpoint.get("sha256") == file.sha256
        if is_it and one.get("status") in _STANDS:
            known = {key: one.get(key) for key in ("id", "status", "position")}
            return {**known, "recognised": True, "sha256": file.sha256}
    return None


def _require_quota(quota: Any) -> None:
    """Say before megabytes have travelled what the server would say after. Raises Refused."""
    if not isinstance(quota, dict):
        raise Refused(
            say("Only pairs hand in checkpoints."), say("Sign in as a member of a pair: dlcv login"), code="no_pair"
        )
    if quota.get("left") == 0:
        raise Refused(
            say("Your pair has had its evaluations of today."),
            say("The next ones open at {time}.", time=moment(quota.get("resets_at"))),
            code="quota_is_used",
        )


def _checked(receipt: Record, file: LocalFile) -> Record:
    """The server says what it stored: it must be what lies here."""
    if receipt.get("sha256") != file.sha256 or not isinstance(receipt.get("id"), int):
        raise Failed(
            say("The server stored another file than {name}.", name=file.name),
            say("Tell your instructor, with the number {id}.", id=str(receipt.get("id"))[:20]),
            code="stored_otherwise",
        )
    return receipt
