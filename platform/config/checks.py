"""Settings that are each fine and together are not: said at ``check --deploy``, and before ``serve`` starts."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

LOOPBACK = ("localhost", "127.0.0.1", "::1")


@register(Tags.security, deploy=True)
def mail_settings(app_configs: Sequence[Any] | None = None, **_: Any) -> list[CheckMessage]:
    """A mail server that would drop what we send, or that is told its password in clear."""
    found: list[CheckMessage] = []
    if not settings.EMAIL_HOST:
        return found
    if settings.EMAIL_SENDER_IS_NOBODY:
        found.append(
            Error(
                "Messages would come from an address that does not exist, and be dropped on their way.",
                hint="Set DLCV_EMAIL_FROM to an address that the server of DLCV_EMAIL_HOST may send from.",
                id="dlcv.E003",
            )
        )
    if bool(settings.EMAIL_HOST_USER) != bool(settings.EMAIL_HOST_PASSWORD):
        found.append(
            Error(
                "The mail server is given a name without a password, or a password without a name.",
                hint="Set both DLCV_EMAIL_USER and DLCV_EMAIL_PASSWORD, or neither.",
                id="dlcv.E004",
            )
        )
    is_clear = not settings.EMAIL_USE_TLS and not settings.EMAIL_USE_SSL
    if is_clear and settings.EMAIL_HOST_PASSWORD and settings.EMAIL_HOST not in LOOPBACK:
        found.append(
            Error(
                "The mail server's password would travel in clear.",
                hint="Set DLCV_EMAIL_TLS to starttls or tls.",
                id="dlcv.E005",
            )
        )
    return found


@register(Tags.security, deploy=True)
def production_settings(app_configs: Sequence[Any] | None = None, **_: Any) -> list[CheckMessage]:
    """A development setting in production is an error; in the demo and under DEBUG it is what one wants."""
    found: list[CheckMessage] = []
    is_production = not settings.DEBUG and not settings.DEMO
    if is_production and settings.SECRET_KEY_IS_FOR_DEVELOPMENT:
        found.append(
            Error(
                "The secret key is the development one, which anybody can compute.",
                hint="Set DLCV_SECRET_KEY to a long random text, and keep it (python -c 'import secrets; "
                "print(secrets.token_urlsafe(64))').",
                id="dlcv.E001",
            )
        )
    if settings.DEBUG and settings.DEMO_PUBLIC:
        found.append(
            Error(
                "DEBUG shows settings and source to whoever meets an error, and the demo is open to the network.",
                hint="Unset DLCV_DEBUG, or DLCV_DEMO_PUBLIC.",
                id="dlcv.E002",
            )
        )
    if is_production and not settings.HTTPS:
        found.append(
            Warning(
                "Cookies travel without encryption.",
                hint="Put the site behind HTTPS and set DLCV_HTTPS=1 (docs/administrators.md).",
                id="dlcv.W001",
            )
        )
    if "*" in settings.ALLOWED_HOSTS:
        found.append(
            Warning(
                "Any Host header is believed, and any site's page may open a live socket.",
                hint="List the site's own names in DLCV_ALLOWED_HOSTS.",
                id="dlcv.W002",
            )
        )
    return found


@register(Tags.files)
def upload_settings(app_configs: Sequence[Any] | None = None, **_: Any) -> list[CheckMessage]:
    """Limits that no file could meet, and a storage that is half described."""
    return [*_limits(), *_storage()]


def _limits() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    largest, quota, all_of_it = settings.UPLOAD_LIMIT_BYTES, settings.PAIR_QUOTA_BYTES, settings.DISK_QUOTA_BYTES
    if largest < settings.CHECKPOINT_LIMIT_BYTES:
        found.append(
            Error(
                "Checkpoints may be larger than any file may be.",
                hint="Make DLCV_UPLOAD_LIMIT_BYTES as large as DLCV_CHECKPOINT_LIMIT_BYTES, at least.",
                id="dlcv.E010",
            )
        )
    if quota < settings.CHECKPOINT_LIMIT_BYTES:
        found.append(
            Warning(
                "A pair's quota does not hold one checkpoint of the largest size.",
                hint="Raise DLCV_PAIR_QUOTA_BYTES: a course has five clips, checkpoints and a capsule a pair.",
                id="dlcv.W004",
            )
        )
    if 0 < all_of_it < quota:
        found.append(
            Warning(
                "All files of the site together may take less than one pair's.",
                hint="Raise DLCV_DISK_QUOTA_BYTES, or set it to 0 for as much as the disk has.",
                id="dlcv.W005",
            )
        )
    return found


def _storage() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if bool(settings.S3_KEY_ID) != bool(settings.S3_SECRET):
        found.append(
            Error(
                "Of the key to the bucket, one half is missing.",
                hint="Set DLCV_S3_KEY_ID and DLCV_S3_SECRET both, or neither.",
                id="dlcv.E011",
            )
        )
    if settings.S3_ENDPOINT and not settings.S3_ENDPOINT.startswith(("https://", "http://")):
        found.append(
            Error(
                f"DLCV_S3_ENDPOINT={settings.S3_ENDPOINT!r} is no address.",
                hint="Write it with its scheme: https://s3.example.org",
                id="dlcv.E012",
            )
        )
    if settings.S3_BUCKET and settings.SENDFILE:
        found.append(
            Error(
                "Files lie in a bucket, where the web server in front cannot read them.",
                hint="Unset DLCV_SENDFILE, or DLCV_S3_BUCKET.",
                id="dlcv.E013",
            )
        )
    if not settings.S3_BUCKET and (settings.S3_ENDPOINT or settings.S3_KEY_ID):
        found.append(
            Warning(
                "An S3 server is described, and no bucket: files are kept in the uploads folder.",
                hint="Set DLCV_S3_BUCKET, or unset DLCV_S3_ENDPOINT and DLCV_S3_KEY_ID.",
                id="dlcv.W006",
            )
        )
    return found
