"""Where one is signed in: ``config.json`` holds a token a site; DLCV_URL and DLCV_TOKEN win over it.

A token belongs to the site it was given by, and is never sent to another one.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dlcv.address import site_address
from dlcv.errors import Refused
from dlcv.files import config_folder, read_json, write_private
from dlcv.language import say

_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{8,512}")


@dataclass(frozen=True)
class Account:
    url: str
    token: str
    user: str = ""
    ca_bundle: str = ""
    insecure_http: bool = False


def config_file() -> Path:
    return config_folder() / "config.json"


def current(*, ca_bundle: str = "", insecure_http: bool = False) -> Account:
    """Who speaks to which site now. Raises Refused when nobody is signed in there."""
    config = _load()
    said = os.environ.get("DLCV_URL", "")
    stored = _stored(config, site_address(said, insecure_http=True) if said else config["current"])
    url = said or config["current"]
    token = os.environ.get("DLCV_TOKEN", "") or (stored.token if stored else "")
    if not url or not token:
        raise _nobody(url)
    insecure = insecure_http or bool(stored and stored.insecure_http)
    return Account(
        url=site_address(url, insecure_http=insecure),
        token=checked_token(token),
        user=stored.user if stored else "",
        ca_bundle=ca_bundle or (stored.ca_bundle if stored else ""),
        insecure_http=insecure,
    )


def last_url() -> str:
    """The site one would sign in to again; empty for none."""
    return os.environ.get("DLCV_URL", "") or str(_load()["current"])


def remember(account: Account) -> None:
    """Keep the account; its site is the current one from now on."""
    config = _load()
    kept = asdict(account)
    config["sites"][kept.pop("url")] = kept
    write_private(config_file(), {**config, "current": account.url})


def forget(url: str) -> bool:
    """Drop the token of a site; False when there was none."""
    config = _load()
    was_there = config["sites"].pop(url, None) is not None
    if config["current"] == url:
        config["current"] = next(iter(config["sites"]), "")
    if was_there:
        write_private(config_file(), config)
    return was_there


def checked_token(text: str) -> str:
    """Raises Refused for what cannot be a token: it would end up in a header."""
    text = text.strip()
    if not _TOKEN.fullmatch(text):
        raise Refused(
            say("This is no token."),
            say("The page “My account” of the site shows yours."),
            code="no_token",
        )
    return text


def _load() -> dict[str, Any]:
    path = config_file()
    _close_to_others(path)
    found = read_json(path)
    if not isinstance(found, dict):
        found = {}
    sites = found.get("sites")
    return {
        "version": 1,
        "current": str(found.get("current") or ""),
        "sites": {str(url): site for url, site in sites.items() if isinstance(site, dict)}
        if isinstance(sites, dict)
        else {},
    }


def _stored(config: dict[str, Any], url: str) -> Account | None:
    site = config["sites"].get(url)
    if site is None:
        return None
    texts = {name: str(site.get(name) or "") for name in ("token", "user", "ca_bundle")}
    return Account(url=url, insecure_http=site.get("insecure_http") is True, **texts)


def _close_to_others(path: Path) -> None:
    """Somebody copied it about, or a backup brought it back: the token is nobody else's business."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            path.chmod(0o600)
            print(say("{path} was readable by others: closed to them now.", path=path), file=sys.stderr)
    except FileNotFoundError:
        return


def _nobody(url: str) -> Refused:
    return Refused(
        say("You are signed in nowhere.") if not url else say("You are not signed in to {url}.", url=url),
        say("Sign in first: dlcv login https://the.site"),
        code="not_signed_in",
    )
