"""Pictures of an attempt as pages show them: what each one is, who took it, when, and who looked at it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from assess.attempts.models import Media
from assess.proctoring.queries import LEVEL_OF, looked_at

WORDS = {
    Media.Kind.PORTRAIT: "Portrait",
    Media.Kind.PHOTO: "Photo of the work",
    Media.Kind.CAMERA: "Still of the camera",
    Media.Kind.SCREEN: "Still of the screen",
}


@dataclass(frozen=True)
class Shown:
    """One picture. `taken_at` is the device's clock where it said one."""

    media: Media
    words: str
    taken_at: datetime
    looks: Sequence[tuple[str, datetime]]

    @property
    def by(self) -> str:
        """Who or what took it."""
        if self.media.kind in LEVEL_OF:
            return "the candidate's device"
        return "the candidate" if self.media.role == "candidate" else f"{self.media.taken_by}, {self.media.role}"


def gallery(attempt_id: uuid.UUID) -> Mapping[str, Sequence[Shown]]:
    """An attempt's pictures: `given` (portraits and photos of the work) and `stills` (camera and screen), as they came."""
    found = [_shown(media) for media in looked_at(attempt_id)]
    return {
        "given": [one for one in found if one.media.kind not in LEVEL_OF],
        "stills": [one for one in found if one.media.kind in LEVEL_OF],
    }


def _shown(media: Media) -> Shown:
    looks = [(str(look.person), look.at) for look in media.looks.all()]
    return Shown(media, WORDS[Media.Kind(media.kind)], _taken_at(media), sorted(looks, key=lambda look: look[1]))


def _taken_at(media: Media) -> datetime:
    """When it was taken, by the device's clock; when it came, where that clock says nothing a calendar holds."""
    try:
        return datetime.fromtimestamp(media.taken_device_ms / 1000, UTC) if media.taken_device_ms else media.received_at
    except (ValueError, OverflowError, OSError):
        return media.received_at
