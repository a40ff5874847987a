"""The five levels of supervision: what each records, in words a candidate reads. Pure.

A practical test is watched by people who stand beside it, so level 0 is the natural one, and it is always offered instead of a
higher one. No level recognises faces, voices or feelings; no level decides anything.
"""

from dataclasses import dataclass

NOTICE = "2026-11-25"
"""The version of the words below. Whoever agreed to other words is asked again."""


@dataclass(frozen=True)
class Level:
    number: int
    name: str
    records: tuple[str, ...]


STILL_EVERY_S = (45, 90)
"""Between two stills lies a time drawn anew from this range, so that nobody works for a moment that is known."""
CAMERA_LONGEST = 480
SCREEN_LONGEST = 960
"""So many dots the longer side of a still has: enough to see what went on, too few to read a person's papers."""

_ANSWERS = "What you answer, draw and hand in, with the time."
_PEOPLE = "What assessors and proctors write about your work, and photos they take of it."
_FULL = "When you leave the full screen."
_CAMERA = (
    f"A still picture from your camera, {STILL_EVERY_S[0]} to {STILL_EVERY_S[1]} seconds apart and small "
    f"({CAMERA_LONGEST} dots wide), from when you press the button until you hand in or leave the page. "
    "No film and no sound. You see each one at once."
)
_SCREEN = f"A still picture of the screen you choose, as often, {SCREEN_LONGEST} dots wide. You see each one at once."
_EVENTS = "When you leave this page or come back, when the network comes and goes, and how much you paste (never what)."
LEVELS: tuple[Level, ...] = (
    Level(0, "People in the room", (_ANSWERS, _PEOPLE)),
    Level(1, "The page keeps notes", (_ANSWERS, _PEOPLE, _EVENTS)),
    Level(2, "Full screen", (_ANSWERS, _PEOPLE, _EVENTS, _FULL)),
    Level(3, "Pictures from your camera", (_ANSWERS, _PEOPLE, _EVENTS, _FULL, _CAMERA)),
    Level(4, "Pictures of your screen", (_ANSWERS, _PEOPLE, _EVENTS, _FULL, _CAMERA, _SCREEN)),
)
NEVER = (
    "Nobody and nothing compares your face, listens to your voice or guesses your feelings.",
    "No program decides against you. Notes are looked at by named people; two of them decide, after you had your say.",
    "A network that fails never counts against you.",
    "A camera or a screen that can't be used never stops your work and never counts against you.",
)


HIGHEST = 4
"""Up to which level this version records what the level says."""

EXPLAINED = {
    "page.left": "The page was not in front. A message, a locked screen or another window does that.",
    "page.back": "The page was in front again.",
    "network.gone": "The network went. That never counts against anybody.",
    "network.back": "The network came back.",
    "text.pasted": "Text was pasted; how much is known, not what. People move their own sentences about.",
    "screen.full": "The page filled the screen.",
    "screen.left": "The page no longer filled the screen. A key or a message of the device does that.",
    "camera.on": "The candidate switched the pictures of the camera on.",
    "camera.refused": "The camera was not given to the page. A browser's setting or a wrong tap does that.",
    "camera.missing": "There is no camera, another program holds it, or this browser can't use it.",
    "camera.ended": "The camera stopped. A cable, a sleeping device or another program does that.",
    "camera.black": "A picture of the camera was all dark. A cover, a dark room or a slow camera does that.",
    "share.on": "The candidate chose a screen for the pictures.",
    "share.refused": "No screen was chosen. A browser's setting or a wrong tap does that.",
    "share.missing": "This browser can't take pictures of a screen. Tablets and telephones can't.",
    "share.ended": "The pictures of the screen stopped. A button of the browser does that.",
    "share.black": "A picture of the screen was all dark. A sleeping screen or the device's protection does that.",
}
"""What the page notes, in words, with what it usually means."""


def level(number: int) -> Level:
    """The level of a number.

    >>> level(0).name
    'People in the room'
    """
    return LEVELS[number]
