"""Sun, house, grid and battery behind a register image: settings are read from the registers, what happens is shown in them.

Signs in the registers: 701.W is positive into house and grid; 714 and 802 count a battery's power and current positive while it
discharges. Models 713 and 802 tell the same battery.
"""

import math

from simulator_adapters.photovoltaic.battery import LITHIUM_DERATING, Battery, BatterySpec
from simulator_adapters.photovoltaic.hybrid import (
    EFFICIENCY,
    Flows,
    Mode,
    Settings,
    Surroundings,
    carries,
    flows,
    pass_time,
)
from simulator_adapters.photovoltaic.image import RegisterImage

LOAD = 4200.0
SUN = LOAD / EFFICIENCY
"""At the start the sun gives just what the house takes, so that the battery rests."""
NOMINAL_VOLTS, MODULE_VOLTS, BATTERY_VOLTS = 230.0, 400.0, 51.2
LEAST_GRID_PERCENT = 80.0
"""Where no enter-service range is set."""

_DISCONNECT = 2
_INVERTER_STATE = {Mode.FEEDING: 3, Mode.WAITING: 7, Mode.ISLAND: 3, Mode.DARK: 0}
_THROTTLED = 4
_REST_WATTS = 0.5
_GRID_FOLLOWING, _GRID_FORMING, _CLIPPED = 1, 2, 4
_OFF, _EMPTY, _DISCHARGING, _CHARGING, _FULL, _HOLDING = 1, 2, 3, 4, 5, 6
_BANK_DISCONNECTED, _BANK_CONNECTED, _BANK_PROTECTED = 1, 3, 5


class Plant:
    """A hybrid inverter with its battery, living in an image."""

    def __init__(self, image: RegisterImage) -> None:
        self._image = image
        self._around = Surroundings(sun=SUN, load=LOAD)
        self._grid_percent = 100.0
        self._waits = 0.0
        self._dark = False
        self.battery = self._built()
        self.show()

    def set_grid(self, percent: float) -> None:
        """Set the grid voltage; out of range the inverter leaves it and waits anew once it is back."""
        self._grid_percent = _finite(percent, "grid voltage")
        if not self._in_range():
            self._waits = self._value(703, "ESDlyTms")
        self.show()

    def set_sun(self, watts: float) -> None:
        """Set what the modules could give."""
        self._around = Surroundings(sun=_finite(watts, "sun"), load=self._around.load)
        self.show()

    def set_load(self, watts: float) -> None:
        """Set what the house asks for."""
        self._around = Surroundings(sun=self._around.sun, load=_finite(watts, "load"))
        self.show()

    def rest(self) -> None:
        """Grid present, sun and house as at the start; settings, battery and waiting time stay."""
        self._around = Surroundings(sun=SUN, load=LOAD)
        self.set_grid(100.0)

    def set_battery_temperature(self, celsius: float) -> None:
        """Set the battery's temperature."""
        if not math.isfinite(celsius):
            raise ValueError("A temperature is finite.")
        self.battery.celsius = celsius
        self.show()

    def advance(self, seconds: float) -> None:
        """Let time pass, from one change of mode to the next."""
        left = _finite(seconds, "time")
        while left > 0:
            mode, settings = self._mode(), self._settings()
            span = min(left, self._waits) if mode is Mode.WAITING else left
            carried = pass_time(mode, settings, self._around, self.battery, span)
            if mode is Mode.WAITING:
                self._waits -= span
            elif carried < span:
                self._dark = True
            left -= min(span, carried)
        self.show()

    def show(self) -> None:
        """Write every measured register anew."""
        mode, settings = self._mode(), self._settings()
        now = flows(mode, settings, self._around, self.battery)
        self._show_grid_port(mode, now)
        self._show_battery(settings, now)
        ports = ((now.modules, MODULE_VOLTS), (now.battery, BATTERY_VOLTS))
        for number, (watts, volts) in enumerate(ports, start=1):
            self._put(714, "Prt.DCW", watts, (number,))
            self._put(714, "Prt.DCA", watts / volts, (number,))
        self._put(714, "DCW", now.modules + now.battery)
        self._put(714, "DCA", now.modules / MODULE_VOLTS + now.battery / BATTERY_VOLTS)

    def _show_grid_port(self, mode: Mode, now: Flows) -> None:
        volts = NOMINAL_VOLTS * self._grid_percent / 100
        clipped = now.curtailed > _REST_WATTS and mode in (Mode.FEEDING, Mode.ISLAND)
        throttled = clipped and mode is Mode.FEEDING
        forming = _GRID_FORMING if mode is Mode.ISLAND else _GRID_FOLLOWING
        self._put(701, "W", now.output)
        self._put(701, "VA", now.output)
        self._put(701, "A", now.output / volts if volts else 0.0)
        self._put(701, "LNV", volts)
        self._put(701, "ConnSt", mode is Mode.FEEDING)
        self._put(701, "St", mode is not Mode.DARK)
        self._put(701, "InvSt", _THROTTLED if throttled else _INVERTER_STATE[mode])
        self._put(701, "DERMode", forming | (_CLIPPED if clipped else 0))
        self._put(703, "ESDlyRemTms", math.ceil(max(0.0, self._waits)))

    def _show_battery(self, settings: Settings, now: Flows) -> None:
        percent = 100 * self.battery.soc
        empty = not self.battery.offers()
        for model, path in ((713, "SoC"), (802, "SoC")):
            self._put(model, path, percent)
        self._put(713, "WHAvail", self.battery.stored * self._value(713, "SoH", 100.0) / 100)
        self._put(713, "Sta", empty)
        self._put(802, "W", now.battery)
        self._put(802, "A", now.battery / BATTERY_VOLTS)
        self._put(802, "V", BATTERY_VOLTS)
        self._put(802, "ChaSt", self._charge_state(settings, now, empty=empty))
        connected = _BANK_PROTECTED if empty else _BANK_CONNECTED
        self._put(802, "State", connected if settings.battery else _BANK_DISCONNECTED)

    def _charge_state(self, settings: Settings, now: Flows, *, empty: bool) -> int:
        if not settings.battery:
            return _OFF
        if abs(now.battery) > _REST_WATTS:
            return _DISCHARGING if now.battery > 0 else _CHARGING
        if empty:
            return _EMPTY
        return _HOLDING if self.battery.accepts(ceiling=settings.ceiling) else _FULL

    def _built(self) -> Battery:
        share = 0.01
        spec = BatterySpec(
            capacity=self._value(713, "WHRtg") or self._value(802, "WHRtg", 10_000.0) or 10_000.0,
            charge=self._value(802, "WChaRteMax", 5000.0),
            discharge=self._value(802, "WDisChaRteMax", 5000.0),
            soc_min=share * self._value(802, "SoCMin", 0.0),
            soc_max=share * self._value(802, "SoCMax", 100.0),
            derating=LITHIUM_DERATING,
        )
        return Battery(spec, soc=min(1.0, share * self._value(802, "SoC", self._value(713, "SoC", 50.0))))

    def _settings(self) -> Settings:
        rating = self._value(702, "WMax", 5000.0)
        output = rating
        if self._value(704, "WMaxLimPctEna") == 1:
            output *= min(1.0, self._value(704, "WMaxLimPct", 100.0) / 100)
        return Settings(
            output=output,
            rating=rating,
            charge=self._value(702, "WChaRteMax", math.inf),
            discharge=self._value(702, "WDisChaRteMax", math.inf),
            reserve=self._value(802, "SoCRsvMin") / 100,
            ceiling=self._value(802, "SocRsvMax", 100.0) / 100,
            battery=self._value(802, "SetOp", 1.0) != _DISCONNECT,
        )

    def _mode(self) -> Mode:
        if self._in_range():
            self._dark = False
            return Mode.FEEDING if self._waits <= 0 else Mode.WAITING
        if not self._dark and not carries(self._settings(), self._around, self.battery):
            self._dark = True
        return Mode.DARK if self._dark else Mode.ISLAND

    def _in_range(self) -> bool:
        if self._value(703, "ES") != 1:
            return self._grid_percent >= LEAST_GRID_PERCENT
        return self._value(703, "ESVLo") <= self._grid_percent <= self._value(703, "ESVHi")

    def _value(self, model: int, path: str, default: float = 0.0) -> float:
        raw = self._image.raw(model, path)
        if not isinstance(raw, int):
            return default
        return float(raw) * 10.0 ** (self._image.scale(model, self._image.point(model, path)) or 0)

    def _put(self, model: int, path: str, value: float, index: tuple[int, ...] = ()) -> None:
        """Write a value in the scale the register has now; what is not implemented or scaled past belief stays as it is."""
        point = self._image.point(model, path, index)
        scale = self._image.scale(model, point)
        if scale is None or self._image.raw(model, path, index) is None:
            return
        low, high = point.range
        self._image.put(model, path, index, max(low, min(high, round(value / 10.0**scale))))


def _finite(value: float, what: str) -> float:
    if not 0 <= value < math.inf:
        raise ValueError(f"The {what} is finite and not negative, not {value:g}.")
    return value
