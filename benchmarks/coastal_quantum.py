"""A quantum kernel beside RBF and linear on water pixels, one chip held out at a time.

    python -m benchmarks.coastal_quantum DATA [--pixels N] [--seeds N]

DATA holds the Sen1Floods11 chips. Features are VV, VH, their ratio and their smoothed values on the
coarse grid, real radar alone. All kernels have the same folds, grids and classifier.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np


def samples(data: Path, pixels: int, seed: int) -> tuple[Any, Any, Any]:
    """Return features, labels and chips of pixels drawn per chip, half of each class if it can."""
    from scipy.ndimage import gaussian_filter

    from coastal.flood import chip_names, read_chip
    from coastal.flood.optics import blocks, water_share

    rows, labels, groups = [], [], []
    for number, name in enumerate(chip_names(data)):
        chip = read_chip(data, name)
        share, valid = water_share(chip)
        vv, vh = blocks(chip.vv), blocks(chip.vh)
        parts = [vv, vh, vv - vh, gaussian_filter(vv, 2), gaussian_filter(vh, 2)]
        draw = np.random.default_rng((seed, number))
        for label in (0, 1):
            pure = (valid > 0.99) & ((share > 0.5) == bool(label))
            places = np.flatnonzero(pure)
            taken = draw.permutation(places)[: pixels // 2]
            rows.append(np.stack([one.ravel()[taken] for one in parts], axis=1))
            labels.append(np.full(len(taken), label))
            groups += [name] * len(taken)
    return np.concatenate(rows), np.concatenate(labels), np.array(groups)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--pixels", type=int, default=60)
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    from coastal.quantum import Comparison, compare

    found = [compare(*samples(given.data, given.pixels, seed)) for seed in range(given.seeds)]
    names = found[0].groups
    mean = {
        kernel: tuple(np.mean([one.f1[kernel] for one in found], axis=0)) for kernel in found[0].f1
    }
    aligned = {
        kernel: tuple(np.mean([one.alignment[kernel] for one in found], axis=0)) for kernel in mean
    }
    whole = Comparison(mean, aligned, names)
    print(
        json.dumps(
            {
                "chips": names,
                "f1": {name: [round(float(one), 3) for one in each] for name, each in mean.items()},
                "mean f1": {name: round(float(np.mean(each)), 3) for name, each in mean.items()},
                "alignment": {k: round(float(np.mean(v)), 3) for k, v in aligned.items()},
                "quantum less rbf": [round(one, 4) for one in whole.gain()],
                "quantum less linear": [round(one, 4) for one in whole.gain(other="linear")],
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
