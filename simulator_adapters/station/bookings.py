"""What a station is booked for: which adapter role of which attempt, the plan, the booked serial; and the devices it can reach."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from simulator_adapters import documents
from simulator_adapters.contract import Plan
from simulator_adapters.station.errors import StationError


@dataclass(frozen=True, kw_only=True)
class Row:
    """The criterion of a task that a step's reading answers for, and the unit in which its mark is given."""

    step: str
    criterion: str
    unit: str


@dataclass(frozen=True, kw_only=True)
class Booking:
    """One adapter role of one attempt at this station. It names nobody.

    Attributes
    ----------
    work
        The task or simulation that is measured.
    plan
        None where nobody has said yet what is to be run.
    serial
        Of the device that is booked; another one that answers makes the run void.
    calibration_due, certificate
        Of that device, as the server knew it when the booking was fetched.
    starts_ms, ends_ms
        Of the sitting, by the server's clock.
    closed
        Whether the role's last stream is closed: it was measured, and is measured again only where somebody asks for it.
    """

    booking: str
    attempt: str
    role: str
    work: str
    station: str
    sitting: str
    starts_ms: int
    ends_ms: int
    adapter: str = ""
    serial: str = ""
    plan: Plan | None = None
    rows: tuple[Row, ...] = ()
    calibration_due: date | None = None
    certificate: str = ""
    waits_for: str = ""
    closed: bool = False


@dataclass(frozen=True, kw_only=True)
class Device:
    """A device that this station can reach: how (the adapter), where, and which serial is expected there."""

    adapter: str
    serial: str
    config: Mapping[str, Any] = field(default_factory=dict)


def read_bookings(document: Any) -> tuple[Booking, ...]:
    """The bookings as the server gives them, or as they were kept.

    Raises
    ------
    StationError
        `bookings`: they are of another version than this agent understands.
    """
    try:
        return tuple(documents.decode(Booking, one) for one in document["bookings"])
    except (documents.DocumentError, KeyError, TypeError) as error:
        raise StationError(
            "bookings",
            f"The bookings can't be read ({error}). Server and agent are of different versions: update both.",
        ) from error


def device_for(booking: Booking, devices: tuple[Device, ...]) -> Device:
    """The device that is booked.

    Raises
    ------
    StationError
        `no-plan`, `no-device`.
    """
    if booking.plan is None:
        raise StationError("no-plan", booking.waits_for or f"Nobody has said what is run for {booking.work}.")
    for device in devices:
        if (device.adapter, device.serial) == (booking.adapter, booking.serial):
            return device
    raise StationError(
        "no-device",
        f"{booking.work} is booked on {booking.adapter} {booking.serial}, which this station does not know. "
        "Name it in station.toml or with --adapter.",
    )
