"""One call to the site: HTTPS verified, no redirect followed, answers bounded, every failure named.

``requests`` does the work. The token travels by an ``auth`` object, because a ``~/.netrc`` would replace a header;
redirects are refused, because the token must not travel to wherever an answer points.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Mapping

import requests
import urllib3

from dlcv import __version__
from dlcv.account import Account
from dlcv.errors import Broken, Failed, Refused, Stopped, TooMany
from dlcv.language import in_language, say
from dlcv.patience import Patience
from dlcv.printable import clean_tree, one_line

CONNECT_SECONDS = 15.0
ANSWER_SECONDS = 60.0
#: No answer of the site is larger: boards and metrics are some hundred kilobytes.
LARGEST_ANSWER_BYTES = 32 * 2**20
#: What proxies and a server that starts or is busy say.
_TRY_AGAIN = (408, 423, 502, 503, 504)


@dataclass(frozen=True)
class Answer:
    """``body`` is the JSON, cleaned, or None when there was none."""

    status: int
    headers: Mapping[str, str]
    body: Any


class _Session(requests.Session):
    """Sees no redirect: even one that is not followed would have its whole body read."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None, whatever the answer says."""
        return None  # noqa: RET501


class Server:
    """A site and who speaks to it."""

    def __init__(self, account: Account, *, timeout_seconds: float = ANSWER_SECONDS, patience: Patience | None = None):
        self.account = account
        self.patience = patience or Patience()
        self.timeout = (min(CONNECT_SECONDS, timeout_seconds), timeout_seconds)
        self.session = _Session()
        self.session.auth = self._authorize
        self.session.verify = account.ca_bundle or True
        self.session.headers.update({"User-Agent": f"dlcv/{__version__}", "Accept": "application/json"})

    def ask(self, method: str, path: str, **more: Any) -> Answer:
        """The answer to a call that may be made again. Raises Stopped."""
        patience = Patience(self.patience.tries, self.patience.notice)
        while True:
            try:
                return self.once(method, path, **more)
            except Broken as error:
                patience.after(error)

    def once(
        self,
        method: str,
        path: str,
        *,
        form: Any = None,
        query: Mapping[str, Any] | None = None,
        piece: Any = None,
        headers: Mapping[str, str] | None = None,
        also: tuple[int, ...] = (),
    ) -> Answer:
        """One request and its answer, of a 2xx status or one of ``also``. Raises Stopped."""
        try:
            with self.session.request(
                method,
                self.account.url + path,
                json=form,
                params=query,
                data=piece,
                headers=headers,
                timeout=self.timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                raw = response.raw.read(LARGEST_ANSWER_BYTES + 1, decode_content=True)
                _require_all(method, response.headers, raw)
        except requests.exceptions.SSLError as error:
            raise _certificate(error) from error
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise _network(error) from error
        answer = Answer(response.status_code, response.headers, _json(raw))
        if 200 <= answer.status < 300 or answer.status in also:
            return answer
        raise self._refusal(answer)

    def _authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.account.token:
            request.headers["Authorization"] = f"Token {self.account.token}"
        return request

    def _refusal(self, answer: Answer) -> Stopped:
        said = answer.body if isinstance(answer.body, dict) else {}
        reason, advice = in_language(said.get("reason")), in_language(said.get("advice"))
        code = one_line(said.get("code") or "")
        if 300 <= answer.status < 400:
            return _moved(answer)
        if answer.status == 401:
            return Refused(
                say("The site does not know your token (any more)."),
                say("Sign in again: dlcv login {url}", url=self.account.url),
                code="not_signed_in",
                status=401,
            )
        if answer.status == 429 and not code:  # those with a code are no matter of seconds: a quota, a locked door
            wait_seconds = _retry_after(answer.headers)
            return TooMany(reason or say("Too many requests."), advice, status=429, wait_seconds=wait_seconds)
        if answer.status in _TRY_AGAIN and not reason:
            reason = say("The server cannot answer just now ({status}).", status=answer.status)
            return Broken(reason, status=answer.status)
        if not reason:
            return _unexpected(answer, self.account.url)
        kind = Refused if answer.status < 500 else Failed
        error_id = one_line(said.get("error_id") or "")
        return kind(f"{reason} ({error_id})" if error_id else reason, advice, code=code, status=answer.status)


def _require_all(method: str, headers: Mapping[str, str], raw: bytes) -> None:
    """urllib3 before 2.0 takes an answer that was cut short for a whole one. Raises Broken."""
    length = headers.get("Content-Length", "")
    is_plain = method != "HEAD" and "Content-Encoding" not in headers
    if is_plain and length.isdecimal() and len(raw) < min(int(length), LARGEST_ANSWER_BYTES):
        raise Broken(say("The connection was lost: {error}", error=f"{len(raw)} < {length}"))


def _json(raw: bytes) -> Any:
    if len(raw) > LARGEST_ANSWER_BYTES:
        raise Failed(say("The answer is too large to be one of this site."), code="network")
    try:
        return clean_tree(json.loads(raw.decode("utf-8")))
    except (ValueError, RecursionError):
        return None


def _retry_after(headers: Mapping[str, str]) -> float:
    said = headers.get("Retry-After", "")
    return float(said) if said.isdecimal() and len(said) < 8 else 1.0


def _certificate(error: Exception) -> Failed:
    return Failed(
        say("The certificate of the server could not be verified: {error}", error=_cause(error)),
        say("If your university signs its own, name its file: --ca-bundle FILE. Never go on without."),
        code="certificate",
    )


def _network(error: Exception) -> Broken:
    if isinstance(error, requests.exceptions.Timeout):
        return Broken(say("The server does not answer."))
    return Broken(say("The connection was lost: {error}", error=_cause(error)))


def _cause(error: BaseException) -> str:
    """The innermost sentence: requests wraps urllib3's, which wraps the system's."""
    seen = error
    while True:
        candidates = (getattr(seen, "reason", None), *seen.args)
        inner = next((one for one in candidates if isinstance(one, BaseException)), None)
        if inner is None:
            return one_line(getattr(seen, "strerror", None) or seen)[:200]
        seen = inner


def _moved(answer: Answer) -> Failed:
    return Failed(
        say("The server sends us elsewhere ({where}); your token stays here.", where=_where(answer)),
        say("If that is the right address, sign in there: dlcv login ADDRESS"),
        code="moved",
        status=answer.status,
    )


def _where(answer: Answer) -> str:
    return one_line(answer.headers.get("Location", "?"))[:200]


def _unexpected(answer: Answer, url: str) -> Stopped:
    kind = Failed if answer.status >= 500 else Refused
    return kind(
        say("{url} answered {status}, and nothing that we understand.", url=url, status=answer.status),
        say("Is it the address of the site? dlcv login ADDRESS changes it."),
        code="unexpected",
        status=answer.status,
    )
