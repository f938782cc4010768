"""What the pages of capsules are put together from: the player with its comments, and moments to the second."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from accounts.models import User
from capsules import timecodes
from capsules.lengths import BADGES
from capsules.models import CapsuleVersion
from capsules.showing import list_context, phrases_of, segments_of, size_of

register = template.Library()


@register.inclusion_tag("capsules/_watching.html", takes_context=True)
def watching(context: template.Context, version: CapsuleVersion) -> dict[str, Any]:
    """The film, its time line, its comments and the place to write one: all that a page needs to watch a version.

    ``version`` is one that the page's reader may see. The page loads css/player.css and js/player.js.
    """
    person = context["request"].user
    assert isinstance(person, User)
    return {
        **player(context, version),
        **list_context(version, person),
        "csrf_token": context.get("csrf_token"),
        "next": context["request"].path,
        "phrases": phrases_of(person),
        "refusal": None,
    }


@register.inclusion_tag("capsules/_film.html", takes_context=True)
def player(context: template.Context, version: CapsuleVersion) -> dict[str, Any]:
    """The film alone, as other pairs see it."""
    width, height = size_of(version)
    return {
        "request": context["request"],
        "version": version,
        "pair": version.capsule.pair,
        "width": width,
        "height": height,
        "segments": segments_of(version),
        "tracks": list(version.captions.defer("text")),
    }


@register.filter
def as_time(seconds: float | None) -> str:
    """83.4 → "1:23"; a dash for nothing."""
    return "–" if seconds is None else timecodes.as_time(seconds)


@register.filter
def length_badge(length: str) -> str:
    """The colour of a verdict on a length."""
    return BADGES[length]


@register.simple_tag
def exact_moment(when: datetime, zone: ZoneInfo) -> SafeString:
    """Weekday, date, hour to the second, and whose clock: nobody should have to guess a deadline."""
    local = when.astimezone(zone)
    said = date_format(local, "l j F Y, H:i:s")
    offset = local.strftime("%z")
    return format_html(
        '<time datetime="{}">{}</time> <span class="soft">({}, UTC{}:{})</span>',
        local.isoformat(timespec="seconds"),
        said,
        zone.key,
        offset[:3],
        offset[3:],
    )


@register.simple_tag
def countdown(when: datetime) -> SafeString:
    """How long until then, which js/countdown.js keeps right by the server's clock."""
    now = timezone.now()
    return format_html(
        '<span data-countdown="{}" data-now="{}">{}</span>',
        round(when.timestamp() * 1000),
        round(now.timestamp() * 1000),
        spell(when - now),
    )


@register.filter
def spell(length: timedelta) -> str:
    """Two units at most: "6 days 3 h", "2 h 5 min", "4 min 10 s"; nothing that is over is negative."""
    seconds = max(0, int(length.total_seconds()))
    days, hours, minutes, rest = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60, seconds % 60
    if days:
        said = ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
        return f"{said} {hours} h" if hours else said
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
