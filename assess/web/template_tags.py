"""Tags that every template may use: icons, states with a sign and a word, points in time."""

from datetime import datetime
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from assess.proctoring import levels

register = template.Library()

SIGNS = {"ok": "check", "warn": "warning", "bad": "stop", "info": "info", "idle": "dot", "busy": "clock"}
"""State → icon. A state is never told by colour alone."""


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A drawing of the sprite; with `label` it is read out, without it is decoration."""
    address = f"{static('assess/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, address)
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"/></svg>', address)


@register.simple_tag
def state(kind: str, words: str) -> SafeString:
    """A state as sign, colour and words; `kind` is one of ok, warn, bad, info, idle, busy."""
    return format_html('<span class="state state-{}">{}{}</span>', kind, icon(SIGNS[kind]), words)


@register.simple_tag
def still_rules(level: int) -> dict[str, Any] | None:
    """How often and how large stills are at a level, for the page that takes them; None where it takes none."""
    if level < 3:
        return None
    shortest, longest = levels.STILL_EVERY_S
    of = "of your camera" if level == 3 else "of your camera and of the screen you choose"
    return {
        "shortest_ms": 1000 * shortest,
        "longest_ms": 1000 * longest,
        "camera": levels.CAMERA_LONGEST,
        "screen": levels.SCREEN_LONGEST,
        "with_screen": level >= 4,
        "words": f"{of}, {shortest} to {longest} seconds apart",
    }


@register.filter
def role_words(role: str) -> str:
    """A role of the journal as people say it.

    >>> role_words("assessor:2"), role_words("candidate")
    ('Assessor 2', 'Candidate')
    """
    return role.replace(":", " ").capitalize()


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """A point in time for people, with the machine's form beside it; the page's script shows it in local time."""
    if value is None:
        return "–"
    instant = value.astimezone(timezone.get_current_timezone())
    return format_html(
        '<time datetime="{}">{} {}</time>', instant.isoformat(), instant.strftime("%-d %b %Y, %H:%M"), instant.tzname()
    )


@register.filter
def duration(seconds: float | None) -> str:
    """Seconds as people read them.

    >>> duration(3725), duration(59), duration(None)
    ('1 h 2 min', '59 s', '–')
    """
    if seconds is None:
        return "–"
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    hours, minutes = divmod(whole // 60, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


@register.filter
def percent(share: float | None) -> str:
    """A share as whole per cent.

    >>> percent(0.125), percent(None)
    ('12 %', '–')
    """
    return "–" if share is None else f"{round(share * 100)} %"
