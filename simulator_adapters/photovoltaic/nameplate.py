"""The training inverter as it leaves the factory: 5 kW, 10 kWh, every setting at a default that no task asks for.

What it measures (powers, currents, state of charge, remaining times) is written by the device itself from its first moment on.
"""

from collections.abc import Mapping

from simulator_adapters.photovoltaic.image import Key

CURVES = 3
CURVE_POINTS = 4
CONTROLS = 3

#: Direct-current ports by kind (0 PV array, 1 battery): amperes, volts, watts, on.
_PORTS = ((0, 0, 4000, 0, 1), (1, 0, 512, 0, 1))

COUNTS: Mapping[int, Mapping[str, int]] = {
    705: {"NCrv": CURVES, "NPt": CURVE_POINTS},
    711: {"NCtl": CONTROLS},
    714: {"NPrt": len(_PORTS)},
}

_COMMON: dict[str, int | str] = {"Mn": "Assayer", "Md": "Training inverter", "Opt": "battery", "Vr": "1.0", "DA": 1}
_MEASURED = {
    "ACType": 0,
    "St": 1,
    "InvSt": 3,
    "ConnSt": 1,
    "Alrm": 0,
    "DERMode": 1,
    "W": 0,
    "VA": 0,
    "Var": 0,
    "PF": 1000,
    "A": 0,
    "LNV": 2300,
    "Hz": 50000,
    "A_SF": -1,
    "V_SF": -1,
    "Hz_SF": -3,
    "W_SF": 0,
    "PF_SF": -3,
    "VA_SF": 0,
    "Var_SF": 0,
}
_CAPACITY = {
    "WMaxRtg": 5000,
    "VAMaxRtg": 5000,
    "VarMaxInjRtg": 2200,
    "VarMaxAbsRtg": 2200,
    "VNomRtg": 230,
    "AMaxRtg": 22,
    "WChaRteMaxRtg": 5000,
    "WDisChaRteMaxRtg": 5000,
    "NorOpCatRtg": 1,
    "AbnOpCatRtg": 2,
    "WMax": 5000,
    "VAMax": 5000,
    "VarMaxInj": 2200,
    "VarMaxAbs": 2200,
    "VNom": 230,
    "AMax": 22,
    "WChaRteMax": 5000,
    "WDisChaRteMax": 5000,
    "W_SF": 0,
    "PF_SF": -3,
    "VA_SF": 0,
    "Var_SF": 0,
    "V_SF": 0,
    "A_SF": 0,
}
_ENTER_SERVICE = {
    "ES": 0,
    "ESVHi": 1200,
    "ESVLo": 800,
    "ESHzHi": 5150,
    "ESHzLo": 4750,
    "ESDlyTms": 20,
    "ESRndTms": 0,
    "ESRmpTms": 20,
    "ESDlyRemTms": 0,
    "V_SF": -1,
    "Hz_SF": -2,
}
_CONTROLS = {
    "WMaxLimPctEna": 0,
    "WMaxLimPct": 1000,
    "WSetEna": 0,
    "VarSetEna": 0,
    "PFWInjEna": 0,
    "PFWAbsEna": 0,
    "AntiIslEna": 1,
    "PF_SF": -3,
    "WMaxLimPct_SF": -1,
}
_VOLT_VAR = {"Ena": 0, "AdptCrvReq": 0, "AdptCrvRslt": 1, "V_SF": -2, "DeptRef_SF": -2, "RspTms_SF": 0}
_DROOP = {"Ena": 0, "AdptCtlReq": 0, "AdptCtlRslt": 1, "Db_SF": -3, "K_SF": -3, "RspTms_SF": 0}
_STORAGE = {"WHRtg": 1000, "WHAvail": 650, "SoC": 650, "SoH": 990, "Sta": 0, "WH_SF": 1, "Pct_SF": -1}
_BATTERY = {
    "AHRtg": 200,
    "WHRtg": 10000,
    "WChaRteMax": 5000,
    "WDisChaRteMax": 5000,
    "SoCMax": 950,
    "SoCMin": 50,
    "SocRsvMax": 950,
    "SoCRsvMin": 100,
    "SoC": 650,
    "SoH": 990,
    "ChaSt": 6,
    "LocRemCtl": 0,
    "AlmRst": 0,
    "Typ": 4,
    "State": 3,
    "Evt1": 0,
    "Evt2": 0,
    "EvtVnd1": 0,
    "EvtVnd2": 0,
    "V": 512,
    "A": 0,
    "W": 0,
    "SetOp": 1,
    "SetInvState": 3,
    "AHRtg_SF": 0,
    "WHRtg_SF": 0,
    "WChaDisChaMax_SF": 0,
    "SoC_SF": -1,
    "SoH_SF": -1,
    "V_SF": -1,
    "A_SF": -1,
    "W_SF": 0,
}


def factory_values(serial: str) -> dict[int, dict[Key, int | str]]:
    """Raw values of every model of the device, in the order the models lie."""
    flat: dict[int, Mapping[str, int | str]] = {
        1: {**_COMMON, "SN": serial},
        701: _MEASURED,
        702: _CAPACITY,
        703: _ENTER_SERVICE,
        704: _CONTROLS,
        705: _VOLT_VAR,
        711: _DROOP,
        713: _STORAGE,
        714: {"PrtAlrms": 0, "DCA": 0, "DCW": 0, "DCA_SF": -1, "DCV_SF": -1, "DCW_SF": 0},
        802: _BATTERY,
    }
    values: dict[int, dict[Key, int | str]] = {
        model: {(path, ()): raw for path, raw in points.items()} for model, points in flat.items()
    }
    for curve in range(1, CURVES + 1):
        values[705] |= _curve(curve)
    for control in range(1, CONTROLS + 1):
        values[711] |= _control(control)
    for number, port in enumerate(_PORTS, start=1):
        for path, raw in zip(("PrtTyp", "DCA", "DCV", "DCW", "DCSta"), port, strict=True):
            values[714][f"Prt.{path}", (number,)] = raw
    return values


def _curve(number: int) -> dict[Key, int | str]:
    """A flat curve; the first one shows what is active and is read-only."""
    head = {"ActPt": CURVE_POINTS, "DeptRef": 1, "Pri": 1, "VRef": 10000, "VRefAutoEna": 0, "RspTms": 10}
    curve: dict[Key, int | str] = {(f"Crv.{path}", (number,)): raw for path, raw in head.items()}
    curve["Crv.ReadOnly", (number,)] = int(number == 1)
    for point, volts in enumerate((9000, 9900, 10100, 11000), start=1):
        curve["Crv.Pt.V", (number, point)] = volts
        curve["Crv.Pt.Var", (number, point)] = 0
    return curve


def _control(number: int) -> dict[Key, int | str]:
    head = {"DbOf": 500, "DbUf": 500, "KOf": 20, "KUf": 20, "RspTms": 5, "PMin": 0, "ReadOnly": int(number == 1)}
    return {(f"Ctl.{path}", (number,)): raw for path, raw in head.items()}
