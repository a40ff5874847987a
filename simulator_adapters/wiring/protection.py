"""Protective devices: what makes each of them trip, and which contacts are then closed.

Breakers and fuses trip from 1.45 times their rating, residual current devices from their rated residual current,
overload relays from 1.2 times their setting; an overload relay whose kind names no setting is set to the largest motor
of the task. How long a device takes is left out: whoever waits long enough sees it trip.
"""

import numpy as np

from simulator_adapters.wiring.circuit import Bools, Circuit, Floats, Volts
from simulator_adapters.wiring.library import BREAKER_TRIPS_FROM, OVERLOAD_TRIPS_FROM, Role
from simulator_adapters.wiring.parts import Component
from simulator_adapters.wiring.task import WiringTask

PROTECTIVE = (Role.RCD, Role.RCBO, Role.BREAKER, Role.OVERLOAD)
_RESIDUAL = (Role.RCD, Role.RCBO)


class Protection:
    """The protective devices of a circuit as arrays.

    Attributes
    ----------
    devices
        In the task's order.
    amps
        Current in any pole from which each trips; infinite for a bare residual current device.
    residual
        Residual current from which each trips, in milliamperes; infinite for those that don't look at it.
    """

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self.devices = tuple(c for c in circuit.task.components if c.library.role in PROTECTIVE and c.states)
        contacts = len(circuit.contacts)
        self._own = np.array([circuit.contacts_of([d.id]) for d in self.devices], dtype=bool).reshape(
            len(self.devices), contacts
        )
        tripped = [circuit.closed_in(device, device.tripped) for device in self.devices]
        self._tripped = np.array(tripped, dtype=bool).reshape(len(self.devices), contacts)
        self.amps = np.array([trips_from(circuit.task, device) for device in self.devices])
        self.residual = np.array(
            [d.residual_amps * 1000 if d.library.role in _RESIDUAL else np.inf for d in self.devices]
        )

    def residual_currents(self, voltages: Volts, closed: Bools) -> Floats:
        """Magnitude of the sum of the currents through all poles of each device in amperes, shape (…, T)."""
        summed: Floats = np.abs(self.circuit.contact_currents(voltages, closed) @ self._own.T)
        return summed

    def highest_currents(self, voltages: Volts, closed: Bools) -> Floats:
        """The largest current in any pole of each device in amperes, shape (…, T)."""
        return self._highest(self.circuit.contact_currents(voltages, closed))

    def _highest(self, currents: Volts) -> Floats:
        return np.asarray(np.where(self._own, np.abs(currents)[..., None, :], 0.0).max(axis=-1, initial=0.0))

    def trip(self, voltages: Volts, closed: Bools) -> Bools:
        """Which devices trip, shape (…, T). Residual currents are rounded to milliamperes first."""
        currents = self.circuit.contact_currents(voltages, closed)
        residual = np.rint(np.abs(currents @ self._own.T) * 1000)
        highest = self._highest(currents)
        tripping: Bools = (residual >= self.residual) | (highest >= self.amps)
        return tripping

    def opened(self, closed: Bools, tripped: Bools) -> Bools:
        """Contacts once some devices have tripped: shapes (…, K) and (…, T) to (…, K)."""
        own = (tripped[..., None] & self._own).any(axis=-2)
        stay = (tripped[..., None] & self._tripped).any(axis=-2)
        after: Bools = np.where(own, stay, closed)
        return after


def trips_from(task: WiringTask, device: Component) -> float:
    """Current in any pole from which a device trips, in amperes."""
    if device.library.role is Role.RCD:
        return float("inf")
    if device.library.role is Role.OVERLOAD:
        return OVERLOAD_TRIPS_FROM * (device.rated_amps or largest_motor_amps(task) or device.amps)
    return BREAKER_TRIPS_FROM * device.amps


def largest_motor_amps(task: WiringTask) -> float:
    """Rated current of the largest motor of a task in amperes; 0 without one."""
    return max((motor.load_amps for motor in task.components if motor.library.role is Role.MOTOR), default=0.0)
