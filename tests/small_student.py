"""An untrained student with its calibration, and surveys as files: small enough for every test."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from compliance.scoring.concepts import Vocabulary
from compliance.scoring.dataset import MODALITIES, SCORED, World, draw_vocabulary, open_world
from compliance.scoring.designs import draw_design
from compliance.scoring.judging import Judge, Verdicts
from compliance.scoring.shipped import Shipped, load_student, save_student
from compliance.scoring.sites import draw_sites
from corpus.digests import load_digests
from distill.batch import subsets
from habitat.design import Design
from jurisdictions.compiler import rulebook_for
from jurisdictions.rulebook import RuleBook

#: Where Portugal's economic zone holds, and nothing else does that is modelled.
AZORES = (37.84, -31.52)


@cache
def book() -> RuleBook:
    """The law of the embedded digests."""
    return rulebook_for(load_digests())


@cache
def world() -> World:
    return open_world(book())


@cache
def vocabulary() -> Vocabulary:
    return draw_vocabulary(world(), seed=0, sites=12)


def judges(names: Vocabulary) -> dict[str, Judge]:
    """Return a calibration for every set of modalities, each with a mark of its own."""
    return {
        "+".join(chosen): Judge(
            tuple(Verdicts(1.0 + 0.1 * at, 0.0, 0.9, 0.1, 0.8, 100) for _ in SCORED),
            tuple(1.7 for _ in names.amounts),
            tuple(1.7 for _ in names.amounts),
            1.0,
        )
        for at, chosen in enumerate(subsets(MODALITIES))
    }


def write_student(path: Path) -> Path:
    """Write an untrained student."""
    import torch

    from compliance.scoring.reader import Sizes, build_student

    with torch.random.fork_rng():
        torch.manual_seed(0)
        sizes = Sizes(width=16, bottlenecks=2, layers=1, conv=4, bag=8, text=16, facts=16)
        reader = build_student(book(), vocabulary(), sizes)
    save_student(
        path, reader, vocabulary(), judges(vocabulary()), book=book(), card={"about": "untrained"}
    )
    return path


def load(path: Path, law: RuleBook | None = None) -> Shipped:
    return load_student(law or book(), path)


def complete_design(region: str, *, seed: int = 0) -> Design:
    """Draw a design that states every fact a rule may ask for, at a site of a region."""
    rng = np.random.default_rng(seed)
    site = next(one for one in draw_sites(rng, 60, name="test") if one.region == region)
    return draw_design(rng, site, world().duties, name="drawn")


def as_structure(design: Design, **changes: Any) -> dict[str, Any]:
    """Return a design as a structure file has it, some keys changed; ``None`` takes one away."""
    tree = design.model_dump(mode="json", exclude_none=True)
    for path, value in changes.items():
        *sections, key = path.split("__")
        branch = tree
        for name in sections:
            branch = branch.setdefault(name, {})
        if value is None:
            branch.pop(key, None)
        else:
            branch[key] = value
    return tree


def write_surveys(folder: Path, structure: Mapping[str, Any] | None = None) -> dict[str, Path]:
    """Write one file of each modality and return their paths."""
    rng = np.random.default_rng(1)
    paths = {
        "acoustic": folder / "line.npy",
        "legal": folder / "permit.txt",
        "sensor": folder / "node.csv",
        "structure": folder / "hull.json",
    }
    np.save(paths["acoustic"], rng.normal(-30, 5, (80, 96)).astype(np.float32))
    paths["legal"].write_text(
        "The safety zone shall not exceed 500 metres around the installation.\n\n"
        "The operator shall remove the installation when it is abandoned or disused.\n"
    )
    rows = [f"{hour},{20.9 + 0.001 * hour},110" for hour in range(50)]
    paths["sensor"].write_text("\n".join(["time,cabin_o2_kpa,noise_db", *rows]))
    default = {"purpose": "energy", "safety_zone": {"radius": "450 m"}}
    paths["structure"].write_text(json.dumps(default if structure is None else structure))
    return paths
