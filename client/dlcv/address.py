"""Which addresses a password or a token may be sent to."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit, urlunsplit

from dlcv.errors import Refused
from dlcv.language import say
from dlcv.printable import one_line


def site_address(text: str, *, insecure_http: bool = False) -> str:
    """``https://host[:port][/path]`` without a slash at its end.

    Raises Refused for what is no web address, for one that holds a password, and for plain http beyond this machine
    unless that is asked for.
    """
    text = text.strip()
    if "://" not in text:
        text = f"http://{text}" if _is_loopback(urlsplit(f"//{text}").hostname) else f"https://{text}"
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise _no_address(text) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise _no_address(text)
    if parts.username is not None or parts.password is not None:
        raise Refused(
            say("An address that holds a name or a password is not taken."),
            say("Leave it out: dlcv login asks for both."),
            code="secret_in_address",
        )
    if parts.scheme == "http" and not insecure_http and not _is_loopback(parts.hostname):
        raise Refused(
            say("Over plain http everybody on the way could read your password."),
            say("Say https://, or --insecure-http if you know this network."),
            code="insecure_http",
        )
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))


def _is_loopback(host: str | None) -> bool:
    if host is None or host == "localhost":
        return host is not None
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _no_address(text: str) -> Refused:
    return Refused(
        say("This is no address of a site: {address}", address=one_line(text)),
        say("It looks like https://dlcv.example.org."),
        code="no_address",
    )
