"""A line between client and site that does what lines do: it cuts, stalls, damages, loses answers, answers itself."""

import http.client
import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Fault:
    """What happens to the next request of this method whose path holds ``path``, after ``skip`` that go well."""

    method: str
    kind: str  # cut, stall, damage, lose-answer, answer, half-answer, meanwhile
    path: str = ""
    skip: int = 0
    status: int = 502
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    meanwhile: Callable[[], Any] = lambda: None


class BadLine:
    """``seen`` holds ``(method, path, bytes of the body)`` of every request, in order; ``headers`` theirs."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.faults: list[Fault] = []
        self.seen: list[tuple[str, str, int]] = []
        self.headers: list[dict[str, str]] = []
        self.stalled = threading.Event()
        self.closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"line": self}))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def wrap(self, context: ssl.SSLContext) -> None:
        """Speak TLS from now on."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = self.url.replace("http://", "https://")

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def sent(self, method: str = "PATCH") -> int:
        """Bytes of the bodies of all requests of that method."""
        return sum(size for seen, _, size in self.seen if seen == method)

    def fault_of(self, method: str, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.method == method and fault.path in path:
                if fault.skip:
                    fault.skip -= 1
                    return None
                self.faults.remove(fault)
                return fault
        return None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    line: BadLine

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        size = int(self.headers.get("Content-Length") or 0)
        self.line.seen.append((self.command, self.path, size))
        self.line.headers.append(dict(self.headers))
        fault = self.line.fault_of(self.command, self.path)
        try:
            self._meet(fault, size)
        except OSError:
            self.close_connection = True

    def _meet(self, fault: Fault | None, size: int) -> None:
        kind = fault.kind if fault else ""
        if kind == "cut":
            self._forward(self.rfile.read(size // 2), size, wait=False)
            return
        body = self.rfile.read(size)
        if fault is None:
            self._answer(*self._forward(body, size))
        elif kind == "stall":
            self.line.stalled.set()
            self.line.closing.wait(60)
            self.close_connection = True
        elif kind == "damage":
            self._answer(*self._forward(bytes([body[0] ^ 1]) + body[1:], size))
        elif kind == "lose-answer":
            self._forward(body, size)
            self.close_connection = True
        elif kind == "half-answer":
            status, headers, said = self._forward(body, size)
            self._answer(status, headers, said, cut=len(said) // 2)
        elif kind == "meanwhile":
            fault.meanwhile()
            self._answer(*self._forward(body, size))
        else:
            fault.meanwhile()
            said = fault.body if isinstance(fault.body, bytes) else json.dumps(fault.body).encode()
            self._answer(fault.status, list(fault.headers.items()), said)

    def _forward(self, body: bytes, size: int, *, wait: bool = True) -> tuple[int, list[tuple[str, str]], bytes]:
        """Send to the site what there is of the body; with less than announced, hang up on both."""
        upstream = http.client.HTTPConnection("127.0.0.1", self.line.port, timeout=60)
        try:
            upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() != "connection":
                    upstream.putheader(name, value)
            upstream.endheaders(body or None)
            if not wait:
                self.close_connection = True
                return 0, [], b""
            answer = upstream.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            upstream.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes, cut: int = 0) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        if cut:
            self.close_connection = True
            body = body[:cut]
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
