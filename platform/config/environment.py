"""Typed readers of environment variables: a setting that makes no sense stops the start, with its name."""

import os
from collections.abc import Collection
from email.utils import parseaddr
from pathlib import Path
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


def text(name: str, default: str) -> str:
    return os.environ.get(name, default)


def flag(name: str, default: bool) -> bool:
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in _TRUE:
        return True
    if value.strip().lower() in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={value!r}: expected one of 1, 0, true, false, yes, no, on, off")


def whole_number(name: str, default: int, *, minimum: int = 0) -> int:
    value = os.environ.get(name)
    if value is None:
        return default
    if not value.strip().isdecimal() or int(value) < minimum:
        raise ImproperlyConfigured(f"{name}={value!r}: expected a whole number of at least {minimum}")
    return int(value)


def choice(name: str, default: str, choices: Collection[str]) -> str:
    value = os.environ.get(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name}={value!r}: expected one of {', '.join(choices)}")
    return value


def time_zone(name: str, default: str) -> str:
    value = os.environ.get(name, default)
    try:
        ZoneInfo(value)
    except (OSError, ValueError, LookupError) as error:
        raise ImproperlyConfigured(f"{name}={value!r}: expected a time zone such as Europe/Paris") from error
    return value


def mail_address(name: str, default: str) -> str:
    """``somebody@example.org``, or ``A name <somebody@example.org>``."""
    value = os.environ.get(name, default)
    _, address = parseaddr(value)
    user, at, host = address.rpartition("@")
    if not (user and at and host) or not value.isprintable() or address.split() != [address]:
        raise ImproperlyConfigured(f"{name}={value!r}: expected an address such as DLCV Quest <quest@example.org>")
    return value


def words(name: str, default: list[str]) -> list[str]:
    value = os.environ.get(name)
    return default if value is None else [word.strip() for word in value.split(",") if word.strip()]


def folder(name: str, default: Path) -> Path:
    value = os.environ.get(name)
    path = Path(value) if value else default
    if path.exists() and not path.is_dir():
        raise ImproperlyConfigured(f"{name}={str(path)!r}: expected a folder")
    return path
