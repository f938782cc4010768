"""Settings that are each fine and together are not: said at ``check --deploy``, and before ``serve`` starts."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register


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
