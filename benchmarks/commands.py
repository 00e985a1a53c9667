"""What the start-up benchmark runs: at least one entry for each command that there is."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click

PROJECT = Path(__file__).resolve().parent.parent
EXAMPLES = PROJECT / "examples"
DESIGN = str(EXAMPLES / "azores_vent_station.yaml")
UNLAWFUL = str(EXAMPLES / "us_shelf_energy.yaml")
SURVEY = EXAMPLES / "azores_survey"
INSTANCE = """{"attributes": [{"name": "lamp", "options": [{"name": "red", "cost": 3},
 {"name": "green", "cost": 2}]}], "forbid": [["lamp", "green"]]}"""
WAIVER = """waivers:
  - {provision: "unclos:60.5", reason: agreed, who: the coast guard, until: none}
"""
#: 50 000 designs.
SPACE = """base: azores_vent_station.yaml
axes:
  safety_zone.radius: {from: 300 m, to: 700 m, step: 50 m}
  consents.coastal_state: [true, false, null]
  hull.thickness: {latin: [20 mm, 120 mm]}
samples: 1852
seed: 7
"""


@dataclass(frozen=True)
class Entry:
    """One way to call a command.

    Attributes:
        arguments: of ``bathylex``.
        once: run in the first turn alone, and not beforehand: it is slow, or cannot be done twice.
        long: only where long ones are asked for: it takes minutes.
        skipped: why it cannot run here; empty where it can.
        home: its own folder of the user's copies, so that others go on with theirs.
        serves: it runs until it is interrupted.
        allowed: exit statuses of a run that answered.
    """

    arguments: tuple[str, ...]
    once: bool = False
    long: bool = False
    skipped: str = ""
    home: str = "home"
    serves: bool = False
    allowed: frozenset[int] = field(default=frozenset({0}))


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield every command below a group that does something itself, such as ``corpus list``."""
    if not isinstance(command, click.Group):
        yield " ".join(path)
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        if below is not None:
            yield from leaves(below, (*path, name))


def missing(command: click.Command, names: Iterable[str]) -> list[str]:
    """Return the commands for which no entry is named: an entry starts with its command."""
    known = list(names)
    return [
        leaf
        for leaf in leaves(command)
        if not any(name == leaf or name.startswith((f"{leaf} ", f"{leaf}:")) for name in known)
    ]


def entries(folder: Path, data: Path, corpora: Path) -> dict[str, Entry]:
    """Return what is run, by name: the command, and after it what is special.

    Args:
        folder: empty folder for files.
        data: folder of measured data.
        corpora: folder of official law texts.
    """
    law = corpora / "unclos" / "unclos_1982_full_en.md"
    no_law = "" if law.exists() else f"no {law}"
    no_data = "" if (data / "tide-gauge").is_dir() else f"no {data / 'tide-gauge'}"
    files = _files(folder)
    surveys = (
        "--acoustic", str(SURVEY / "sonar.npy"), "--sensor", str(SURVEY / "sensors.csv"),
    )  # fmt: skip
    student, work = str(folder / "student.safetensors"), str(folder / "work")
    answered = frozenset({0, 1, 3})
    return {
        "help": Entry(("--help",)),
        "audit": Entry(("audit", DESIGN)),
        "audit --json": Entry(("audit", DESIGN, "--json")),
        "audit: every report": Entry(
            ("audit", UNLAWFUL, "-o", str(folder / "reports"), "--format",
             "json,html,pdf,docx,xlsx,sarif,oscal"), once=True, allowed=answered,
        ),
        "audit: with surveys": Entry(("audit", DESIGN, *surveys)),
        "zone": Entry(("zone", "37.84", "-31.52")),
        "hull": Entry(
            ("hull", "--form", "sphere", "--material", "Ti-6Al-4V ELI", "--inner-diameter", "2 m",
             "--depth", "6500 m"),
        ),
        "schema": Entry(("schema",)),
        "conflicts": Entry(("conflicts", DESIGN)),
        "explain": Entry(("explain", DESIGN)),
        "whatif": Entry(("whatif", DESIGN, "--site", "10,-40"), allowed=answered),
        "repair": Entry(("repair", UNLAWFUL)),
        "optimize": Entry(("optimize", files["instance"])),
        "graph": Entry(("graph",)),
        "design": Entry(
            ("design", *surveys, "--structure", str(SURVEY / "structure.json"), "--json")
        ),
        "impact": Entry(("impact", "msfd@2016-01-01", "msfd@2018-01-01"), once=True),
        "extract": Entry(("extract", files["text"]), once=True),
        "bind": Entry(("bind", "iso14001", "--top", "3"), once=True),
        "sweep: 50 004 designs, one worker": Entry(
            ("sweep", files["space"], "--workers", "1", "-o", str(folder / "parts")), once=True
        ),
        "coastal assess": Entry(("coastal", "assess", str(EXAMPLES / "coastal/harbour_site.yaml"))),
        "coastal plan": Entry(
            ("coastal", "plan", str(EXAMPLES / "coastal/halifax_storm.yaml")), once=True
        ),
        "coastal train: extremes": Entry(
            ("coastal", "train", "extremes", "--data", str(data), "-o", str(folder / "coastal")),
            once=True, skipped=no_data,
        ),
        "distill train: 20 sites, one epoch": Entry(
            ("distill", "train", "--work", work, "--sites", "20", "--epochs", "1", "-o", student),
            once=True, long=True,
        ),
        "distill evaluate: 20 sites": Entry(
            ("distill", "evaluate", "--work", work, "--sites", "20", "--student", student),
            once=True, long=True,
        ),
        "distill update": Entry(
            ("distill", "update", "--sensor", files["series"], "-o", student), once=True, long=True
        ),
        "serve": Entry(("serve", "--port", "0"), serves=True, allowed=frozenset({0, 130})),
        "register add": Entry(("register", "add", DESIGN, "--waivers", files["waivers"])),
        "register list": Entry(("register", "list")),
        "register show": Entry(("register", "show", "1")),
        "register history": Entry(("register", "history", "1")),
        "register sign-off": Entry(
            ("register", "sign-off", "1", "--who", "A. Person", "--statement", "I have read it.")
        ),
        "register verify": Entry(("register", "verify")),
        "register withdraw": Entry(("register", "withdraw", "2", "--reason", "over"), once=True),
        "corpus list": Entry(("corpus", "list")),
        "corpus text": Entry(("corpus", "text", str(law)), skipped=no_law),
        "corpus add": Entry(("corpus", "add", str(law)), skipped=no_law, home="copies"),
        "corpus verify": Entry(("corpus", "verify"), home="copies"),
        "corpus fetch": Entry(("corpus", "fetch"), skipped="asks publishers over the network"),
    }  # fmt: skip


def _files(folder: Path) -> dict[str, str]:
    """Write what commands read, and return where."""
    shutil.copy(EXAMPLES / "azores_vent_station.yaml", folder)
    shutil.copy(PROJECT / "corpus" / "digest" / "iso14001.md", folder / "text.md")
    written = {"instance.json": INSTANCE, "space.yaml": SPACE, "waivers.yaml": WAIVER}
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    series = folder / "series"
    series.mkdir()
    rows = "time,pressure_dbar\n" + "".join(f"{hour},{1000 + hour}\n" for hour in range(48))
    labels = ["file,emergency.leak,site.depth_m"]
    for number in range(40):
        (series / f"{number}.csv").write_text(rows, encoding="utf-8")
        labels.append(f"{number}.csv,{'yes' if number % 2 else 'no'},{1000 + number}")
    (series / "labels.csv").write_text("\n".join(labels) + "\n", encoding="utf-8")
    paths = {name.partition(".")[0]: folder / name for name in (*written, "text.md")}
    return {name: str(path) for name, path in (paths | {"series": series}).items()}
