"""Small surveys, designs, instances and model files, all made here."""

from __future__ import annotations

import io
import json
import struct

SENSOR = b"time,pressure_dbar,temperature_c\n" + b"".join(
    f"2026-01-01T{hour:02d}:00:00Z,860.{hour},4.{hour}\n".encode() for hour in range(24)
)
CT1 = (
    b"CTD,20260101LAMP\nNUMBER_HEADERS = 4\nEXPOCODE = 33LA\nSTNNBR = 1\nLATITUDE = 10.0\nLONGITUDE = "
    b"-40.0\nCTDPRS,CTDPRS_FLAG_W,CTDTMP,CTDTMP_FLAG_W,CTDSAL,CTDSAL_FLAG_W,CTDOXY,CTDOXY_FLAG_W\n"
    b"DBAR,,ITS-90,,PSS-78,,UMOL/KG,\n"
    + b"".join(f"{p},2,{20 - p / 100:.2f},2,35.1,2,210,2\n".encode() for p in range(5, 105, 10))
    + b"END_DATA\n"
)
HY1 = (
    b"BOTTLE,20260101LAMP\nEXPOCODE,STNNBR,CASTNO,LATITUDE,LONGITUDE,CTDPRS,CTDTMP,CTDSAL,"
    b"CTDSAL_FLAG_W,OXYGEN,OXYGEN_FLAG_W\n,,,,,DBAR,ITS-90,PSS-78,,UMOL/KG,\n"
    + b"".join(f"33LA,1,1,10,-40,{p},8.1,35.0,2,200,2\n".encode() for p in range(5, 105, 10))
    + b"END_DATA\n"
)
CNV = (
    b"* Sea-Bird SBE 9 Data File:\n* NMEA Latitude = 10 30.00 N\n* NMEA Longitude = 040 15.00 W\n"
    b"# nquan = 3\n# name 0 = prDM: Pressure, Digiquartz [db]\n# name 1 = t090C: Temperature "
    b"[ITS-90, deg C]\n# name 2 = sal00: Salinity [PSU]\n# bad_flag = -9.990e-29\n*END*\n"
    + b"".join(f"  {p:.3f}  {15 - p / 50:.4f}  35.1000\n".encode() for p in range(5, 105, 10))
)
CASTAWAY = (
    b"% Device,CC1\n% Start latitude,10.5\n% Start longitude,-40.25\n"
    b"Pressure (Decibar),Temperature (Celsius),Salinity (Practical Salinity Scale)\n"
    + b"".join(f"{p},{15 - p / 50:.2f},35.1\n".encode() for p in range(5, 105, 10))
)
ODF = (
    b"INITIAL_LATITUDE=44.5,\nINITIAL_LONGITUDE=-63.0,\nMODEL='LAMP',\nSERIAL_NUMBER='7',\n"
    b"SAMPLING_INTERVAL=3600,\n"
    + b"".join(
        f"PARAMETER_HEADER,\n UNITS='{unit}',\n CODE='{code}',\n NULL_VALUE=-99,\n".encode()
        for code, unit in (("PRES_01", "decibars"), ("TEMP_01", "degrees C"), ("PSAL_01", "PSU"))
    )
    + b"-- DATA --\n"
    + b"".join(f" {100 + n}. 4.{n} 34.{n}\n".encode() for n in range(9))
)
STRUCTURE = (
    b'{"site": {"depth": "850 m"}, "hull": {"form": "sphere", "thickness": "95 mm"}, '
    b'"report": ["A lamp is lit."]}'
)
DESIGN = b"""name: Lamp house
purpose: scientific_research
operator_state: FRA
site: {latitude: 37.84, longitude: -31.52, depth: 850 m}
crew: {persons: 6, mission_duration: 28 day}
hull:
  form: sphere
  material: Ti-6Al-4V ELI
  inner_diameter: 4.0 m
  thickness: 95 mm
waste: {storage_capacity: 400 L, treatment: secondary}
noise: {kind: continuous, received_level: 110 dB}
"""
DESIGN_JSON = (
    b'{"name": "A", "purpose": "other", "site": {"latitude": 1, "longitude": 2.5, "depth": "9 m"}, '
    b'"crew": {"persons": 2}, "discharges": {"oil_in_water": "10 mg/L", "dumping": false}}'
)
INSTANCE = json.dumps(
    {
        "name": "lamps",
        "attributes": [
            {"name": "lamp", "options": [{"name": "red", "cost": 3, "uses": {"oil": 2}}]},
            {"name": "bell", "options": [{"name": "big", "cost": 5}, {"name": "none", "cost": 0}]},
        ],
        "capacity": {"oil": 4},
        "forbid": [["bell", "big"]],
        "forbid_together": [[["lamp", "red"], ["bell", "big"]]],
        "soft": [{"tier": "safety", "weight": 2, "all_of": [["lamp", "red"]]}],
    }
).encode()
WAIVERS = b"""waivers:
- provision: unclos:60.5
  reason: granted for a year
  who: Harbour Office
  until: 2030-01-31
  from: 2026-01-01
"""
PRICES = b"hull:\n  prices: {Ti-6Al-4V ELI: 9}\n"
SITES = b"lat,lon,label\n10,-40,first\n-5.5,100,second\n"
BINDING = b"""instrument: engineering
rules:
  - id: lamp
    provision: engineering:1.1
    title: lamps burn
    class: safety
    severity: critical
    addressee: operator
    effect: direct
    when:
      all:
        - {fact: hull.form, is: sphere}
    require: {fact: hull.thickness, ">=": 5 mm}
    remedy: light it
    evidence: a lamp
"""
SEGMENTS = b'{"id": "a", "text": "The lamp shall be lit.", "lead_in": "Keepers:"}\n{"id": "b", "text": "x"}\n'
LABELS = b"file,emergency.leak,site.depth_m\na.csv,true,850\nb.csv,,\n"
REPORT = (
    b'{"design": {"name": "A"}, "as_of": "2026-01-31", "verdict": "violated", "findings": [{"provision": '
    b'"unclos:60.5", "rule": "lamp", "verdict": "violated", "reason": "dark", "citation": "60(5)", '
    b'"title": "Lamp", "jurisdiction": "UNCLOS", "severity": "major"}], "totals": {"violated": 1}, '
    b'"inputs": {"texts": [{"id": "unclos"}]}}'
)


def sonar() -> bytes:
    """Return a small sonar image as an npy file."""
    import numpy as np

    stream = io.BytesIO()
    np.save(stream, (np.arange(256.0).reshape(16, 16) / 10.0).astype(np.float32))
    return stream.getvalue()


def argo() -> bytes:
    """Return a netCDF classic file with one profile."""
    import numpy as np
    from scipy.io import netcdf_file

    stream = io.BytesIO()
    with netcdf_file(stream, "w") as file:
        file.createDimension("n", 1)
        file.createDimension("z", 6)
        for name, values in (
            ("PRES", np.arange(5.0, 65.0, 10.0)), ("TEMP", np.linspace(15, 9, 6)),
            ("PSAL", np.full(6, 35.0)),
        ):  # fmt: skip
            file.createVariable(name, "f8", ("n", "z"))[:] = values[None]
            file.createVariable(f"{name}_QC", "c", ("n", "z"))[:] = np.full((1, 6), b"1")
        for name, kind, value in (
            ("LATITUDE", "f8", 10.0), ("LONGITUDE", "f8", -40.0), ("CYCLE_NUMBER", "i4", 7),
            ("DATA_MODE", "c", b"R"), ("POSITION_QC", "c", b"1"),
        ):  # fmt: skip
            file.createVariable(name, kind, ("n",))[:] = value
        file.createVariable("PLATFORM_NUMBER", "c", ("n", "z"))[:] = np.array(
            [list(b"123456")], "u1"
        ).view("S1")
        file.flush()
        return stream.getvalue()


def tensors() -> bytes:
    """Return a safetensors file of a layer of three inputs and two outputs."""
    weights = struct.pack("<8f", *range(8))
    header = json.dumps(
        {
            "__metadata__": {"teacher": "t", "ids": '["a"]', "temperature": "1.0"},
            "weight": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
            "bias": {"dtype": "F32", "shape": [2], "data_offsets": [24, 32]},
        }
    ).encode()
    return struct.pack("<Q", len(header)) + header + weights


def hashed() -> bytes:
    """Return the file of a tiny hashed student."""
    names = ("table", "hidden", "hidden_bias", "output", "output_bias")
    shapes = ((4, 2), (2, 2), (2,), (3, 2), (3,))
    at, entries = 0, {}
    for name, shape in zip(names, shapes, strict=True):
        size = 2 * shape[0] * (shape[1] if len(shape) == 2 else 1)
        entries[name] = {"dtype": "F16", "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    header = json.dumps({"__metadata__": {"temperature": "1.5"}, **entries}).encode()
    return struct.pack("<Q", len(header)) + header + bytes(at)
