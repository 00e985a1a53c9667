"""Surge hours ahead on held-out storms: student, teacher, baselines, and how sure they are.

    python -m benchmarks.coastal_surge DATA [-o FOLDER] [--seeds N] [--summary]

DATA holds tide-gauge/ and storm-tracks/. Each piece of work is a file of FOLDER: a run that was
stopped goes on where it was. Storms of Halifax 2003 are dealt into five folds, Juan is in no
training at all; the tide, the weights, the stopping and the choice of penalties rest on the hours
that a share leaves outside the fold. A fifth of every test history is cut out. Intervals are
bootstraps over storms of the mean over seeds.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

FOLDS, LEADS_SHOWN = 5, (1, 3, 6, 12)
SHARES, CURVE_SEEDS, MEMBERS, DRAWS = (0.05, 0.01, 0.2, 1.0), 3, 5, 4
#: Halifax: the coast of Nova Scotia runs from south-west to north-east.
ONSHORE_DEG = 330.0
#: Two-sided 90 % of a Gaussian.
NORMAL = 1.6449


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("-o", "--out", type=Path, default=Path("coastal-surge-parts"))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--summary", action="store_true", help="only sum up what is there")
    given = parser.parse_args()
    if not (given.data / "tide-gauge").is_dir():
        parser.error(f"{given.data}: no folder tide-gauge in it")
    bench = Bench(given.data, given.out, given.seeds)
    if not given.summary:
        bench.run()
    print(json.dumps(bench.summary(), indent=1))


def kept(path: Path, make: Callable[[], Any]) -> Any:
    """Return what a file holds, made and written first where it is missing."""
    from base import write_whole

    if not path.exists():
        print(path.name, file=sys.stderr, flush=True)
        write_whole(path, json.dumps(make()))
    return json.loads(path.read_text(encoding="utf-8"))


class Bench:
    """The data, the folds, and the pieces of work."""

    def __init__(self, data: Path, out: Path, seeds: int) -> None:
        import torch

        from coastal.gauge import harmonic_tide
        from coastal.surge.storms import find_storms, folds
        from coastal.surge.train import juan_hours, read_folder

        torch.set_num_threads(1)
        self.data, self.out, self.seeds = data, out, seeds
        self.series, self.tracks = read_folder(data)
        # What a storm is may rest on the whole record; no forecast does.
        storms = find_storms(harmonic_tide(self.series).residual(self.series).values)
        juan = juan_hours(self.series)
        self.juan = [one for one in storms if juan[one.peak]]
        self.folds = folds([one for one in storms if not juan[one.peak]], FOLDS)
        self.folds[0] = self.folds[0] + self.juan
        self.juan_hours = juan
        self._windows: dict[int, Any] = {}
        self._anchors: dict[str, Any] = {}

    def run(self) -> None:
        """Do what is not done yet; the share of the bar first."""
        kept(self.out / "teacher.json", self.teacher)
        for seed in range(self.seeds):
            kept(self.out / f"share-0.05-{seed}.json", lambda n=seed: self.part(0.05, n))
        for seed in range(min(DRAWS, self.seeds)):
            kept(self.out / f"sure-{seed}.json", lambda n=seed: self.sure(n))
            kept(self.out / f"stream-{seed}.json", lambda n=seed: self.stream(n))
            kept(self.out / f"site-{seed}.json", lambda n=seed: self.site(n))
        for seed in range(min(CURVE_SEEDS, self.seeds)):
            for share in SHARES[1:]:
                name = f"share-{share}-{seed}.json"
                kept(self.out / name, lambda s=share, n=seed: self.part(s, n))
            kept(self.out / f"ablated-{seed}.json", lambda n=seed: self.part(0.05, n, ablated=True))

    def windows(self, seed: int) -> Any:
        """Return simulated windows to train on (0), to stop on, to calibrate on, to test on."""
        from coastal.surge.learning import simulated

        if seed not in self._windows:
            count = 1500 if seed == 0 else 190
            self._windows[seed] = simulated(count, seed=10_000 * seed, tracks=self.tracks)
        return self._windows[seed]

    def frozen(self) -> Any:
        """Return the teacher, trained once."""
        from coastal.surge.learning import RICH, train_teacher
        from coastal.surge.network import SurgeTeacher
        from distill.teacher import FrozenTeacher
        from distill.weights import load_note, load_tensors, save_tensors

        path = self.out / "teacher.safetensors"
        if not path.exists():
            made = train_teacher(self.windows(0), self.windows(1), seed=0, epochs=10)
            note = {"temperature": repr(made.temperature)}
            save_tensors(made.network.state_dict(), path, note=note)
        network = SurgeTeacher()
        network.load_state_dict(load_tensors(path))
        stretch = float(load_note(path)["temperature"])
        return FrozenTeacher(
            network, kind="gaussian", modalities=RICH, outputs=8, temperature=stretch
        )

    def student(self, seed: int, taught: bool) -> Any:
        """Return a student of simulated storms, taught or not."""
        from coastal.surge.learning import pretrain
        from coastal.surge.network import SurgeNetwork
        from distill.weights import restore_weights, save_weights

        path = self.out / f"{'taught' if taught else 'untaught'}-{seed}.safetensors"
        if not path.exists():
            print(path.name, file=sys.stderr, flush=True)
            if taught and not hasattr(self, "_told"):
                self._told = self.frozen().told(self.windows(0))
            told = self._told if taught else None
            save_weights(pretrain(self.windows(0), self.windows(1), told, seed=seed), path)
        made = SurgeNetwork()
        restore_weights(made, path)
        return made.eval()

    def distilled(self) -> Any:
        """Return the student of the first students' ensemble."""
        from coastal.surge.network import SurgeNetwork
        from coastal.surge.uncertainty import distil_ensemble
        from distill.weights import restore_weights, save_weights

        path = self.out / "distilled.safetensors"
        if not path.exists():
            members = [self.student(seed, True) for seed in range(min(MEMBERS, self.seeds))]
            save_weights(distil_ensemble(members, self.windows(0), self.windows(1), seed=0), path)
        made = SurgeNetwork()
        restore_weights(made, path)
        return made.eval()

    def split(self, fold: int, share: float, seed: int) -> Any:
        """Return record, training and validation windows, test windows, storm and hour of each."""
        from coastal.surge.record import record, share_windows
        from coastal.surge.storms import draw_share, hours_of_storms
        from coastal.surge.windows import LEADS, with_gaps

        test = self.folds[fold]
        closed = hours_of_storms(test, len(self.series)) | self.juan_hours
        drawn = draw_share(self.series.present & ~closed, share, seed=100 * seed + fold)
        made = record(self.series, drawn.known)
        issues = np.concatenate([np.arange(one.start - LEADS, one.end - 1) for one in test])
        storm = np.concatenate(
            [np.full(one.end - one.start + LEADS - 1, one.start) for one in test]
        )
        end = {one.start: one.end for one in test}
        inside = np.stack([
            (issues + lead >= storm) & (issues + lead < np.array([end[one] for one in storm]))
            for lead in range(1, LEADS + 1)
        ], axis=1)  # fmt: skip
        rng = np.random.default_rng([seed, fold])
        seen = np.isfinite(with_gaps(made.surge, 0.2, rng))
        rows = made.windows(issues, seen=seen)
        truth = np.where(inside, rows.targets["surge"].numpy(), np.nan)
        train, check = share_windows(made, drawn)
        return made, train, check, rows, storm, truth, seen

    def anchor(self, student: Any) -> Any:
        """Return the anchor of a student's weights, reckoned once for each."""
        from coastal.surge.learning import anchored
        from distill.weights import weights_hash

        mark = weights_hash(student)
        if mark not in self._anchors:
            self._anchors[mark] = anchored(student, self.windows(0), count=96)
        return self._anchors[mark]

    def fitted(self, student: Any, train: Any, check: Any, seed: int) -> Any:
        from coastal.surge.learning import finetune
        from coastal.surge.train import STRENGTH

        anchor = self.anchor(student)
        finetune(student, train, check, seed=seed, anchor=anchor, strength=STRENGTH)
        return student

    def part(self, share: float, seed: int, *, ablated: bool = False) -> dict[str, Any]:
        """Return squared errors (cm²) by arm, lead and storm, of all folds, for one seed."""
        import torch

        from coastal.surge.baselines import fit_ridge, harmonic_only, persistence
        from coastal.surge.learning import finetune
        from coastal.surge.network import SurgeNetwork
        from coastal.surge.uncertainty import alone

        found: dict[str, Any] = {}
        if not hasattr(self, "_linear"):
            self._linear = fit_ridge(self.windows(0), self.windows(1))
        for fold in range(FOLDS):
            _, train, check, rows, storm, truth, _ = self.split(fold, share, seed)
            told = {
                "persistence": persistence(rows),
                "harmonic only": harmonic_only(rows),
                "ridge": fit_ridge(train, check)(rows),
                "ridge, simulated": self._linear(rows),
            }
            told["distilled"] = alone(
                self.fitted(self.student(seed, True), train, check, seed), rows
            ).mean
            if share == 0.05:
                own = fit_ridge(train, check, towards=self._linear)
                told["ridge, simulated then own"] = own(rows)
                told["distilled, not fitted"] = alone(self.student(seed, True), rows).mean
            if ablated:
                bare = self.fitted(self.student(seed, False), train, check, seed)
                told["simulated, no teacher"] = alone(bare, rows).mean
            else:
                torch.manual_seed(seed)
                bare = SurgeNetwork()
                finetune(bare, train, check, seed=seed, steps=10, epochs=12, rate=3e-3)
                told["no distillation"] = alone(bare, rows).mean
            for name, mean in told.items():
                error = (10 * (np.asarray(mean) - truth)) ** 2
                for one in np.unique(storm):
                    for lead in LEADS_SHOWN:
                        each = error[storm == one, lead - 1]
                        count = int(np.isfinite(each).sum())
                        found.setdefault(name, {}).setdefault(str(lead), {})[str(one)] = [
                            float(np.nansum(each)), count,
                        ]  # fmt: skip
        return found

    def sure(self, seed: int) -> dict[str, Any]:
        """Return coverage flags and widths six hours ahead at 5 % of the hours, all folds."""
        from coastal.surge.forecast import LEVEL, calibration_scores
        from distill.conformal import split_quantile

        held = self.windows(2)
        found: dict[str, Any] = {}
        lead = 5
        for fold in range(FOLDS):
            _, train, check, rows, storm, truth, _ = self.split(fold, 0.05, seed)
            fitted = [
                self.fitted(self.student((seed + at) % self.seeds, True), train, check, seed + at)
                for at in range(min(MEMBERS, self.seeds))
            ]
            one = self.fitted(self.distilled(), train, check, seed)
            ways = self.ways(fitted, one)
            for name, way in ways.items():
                told = way(rows)
                mean = told.mean.numpy()[:, lead]
                width = told.total.sqrt().numpy()[:, lead]
                score = calibration_scores(way(held), held.targets["surge"].numpy())[:, lead]
                own = np.abs(check.targets["surge"].numpy() - way(check).mean.numpy())[:, lead]
                own = own / way(check).total.sqrt().numpy()[:, lead]
                bounds = {
                    "gaussian": NORMAL,
                    "split, simulated": split_quantile(score, 1 - LEVEL),
                    "split, own hours": split_quantile(own[np.isfinite(own)], 1 - LEVEL),
                }
                for kind, bound in bounds.items():
                    self.flag(found, f"{name}; {kind}", truth[:, lead], mean, bound * width, storm)
                share = told.epistemic.numpy()[:, lead] / told.total.numpy()[:, lead]
                found.setdefault("epistemic", {}).setdefault(name, []).append(float(share.mean()))
        return found

    def stream(self, seed: int) -> dict[str, Any]:
        """Return coverage of intervals that follow the whole year hour by hour, as in use.

        "storms" are calibrated on those simulated windows alone that hold a surge above the
        threshold of a storm. Adaptive intervals are kept below twice the strangest score.
        """
        from coastal.surge.forecast import LEVEL, RATE, calibration_scores
        from coastal.surge.storms import THRESHOLD_M
        from coastal.surge.uncertainty import by_distilled
        from coastal.surge.windows import UNIT_M
        from distill.conformal import adaptive_quantiles, split_quantile

        held, lead, found = self.windows(2), 5, {}
        both = np.hstack([held.values["gauge"].numpy(), held.targets["surge"].numpy()])
        rough = np.nanmax(both, axis=1) > THRESHOLD_M / UNIT_M
        for fold in range(FOLDS):
            made, train, check, _, _, _, seen = self.split(fold, 0.05, seed)
            one = self.fitted(self.distilled(), train, check, seed)
            rows = made.windows(np.arange(len(made.surge)), seen=seen)
            told, sim = by_distilled(one, rows), by_distilled(one, held)
            mean, width = told.mean.numpy()[:, lead], told.total.sqrt().numpy()[:, lead]
            truth = rows.targets["surge"].numpy()[:, lead]
            gap = np.abs(held.targets["surge"].numpy() - sim.mean.numpy())[rough, lead]
            storms = gap / sim.total.sqrt().numpy()[rough, lead]
            every = calibration_scores(sim, held.targets["surge"].numpy())[:, lead]
            bounds = {}
            for name, start in (("simulated", every), ("simulated storms", storms)):
                fixed = split_quantile(start, 1 - LEVEL)
                adaptive = adaptive_quantiles(
                    np.abs(truth - mean) / width, 1 - LEVEL, start=start, rate=RATE,
                    delay=lead + 1, window=720,
                )  # fmt: skip
                adaptive = np.minimum(adaptive, 2 * start.max())
                bounds[f"split, {name}"] = np.full(len(mean), fixed)
                bounds[f"adaptive from {name}"] = adaptive
                bounds[f"adaptive from {name}, only widening"] = np.maximum(adaptive, fixed)
            for storm in self.folds[fold]:
                hours = np.arange(storm.start, storm.end) - lead - 1
                hours = hours[hours >= 0]
                place = np.full(len(hours), storm.start)
                for name, bound in bounds.items():
                    wide = (bound * width)[hours]
                    self.flag(found, name, truth[hours], mean[hours], wide, place)
        return found

    @staticmethod
    def ways(fitted: Any, one: Any) -> dict[str, Any]:
        from coastal.surge.uncertainty import alone, by_distilled, by_dropout, by_ensemble

        return {
            "one network": lambda rows: alone(fitted[0], rows),
            "dropout": lambda rows: by_dropout(fitted[0], rows),
            "ensemble": lambda rows: by_ensemble(fitted, rows),
            "distilled ensemble": lambda rows: by_distilled(one, rows),
        }

    @staticmethod
    def flag(
        found: dict[str, Any], name: str, truth: Any, mean: Any, width: Any, storm: Any
    ) -> None:
        """Note of every sixth known hour of a storm whether it lay inside, and the mean width."""
        for one in np.unique(storm):
            here = np.flatnonzero((storm == one) & np.isfinite(truth))[::6]
            inside = np.abs(truth[here] - mean[here]) <= width[here]
            entry = found.setdefault(name, {})
            entry[str(one)] = [inside.tolist(), float(20 * np.mean(width[here]))]

    def site(self, seed: int) -> dict[str, Any]:
        """Return errors and coverage at Honolulu, which nothing was fitted to but its tide."""
        from coastal.gauge import read_uhslc
        from coastal.surge.baselines import harmonic_only, persistence
        from coastal.surge.forecast import LEVEL, RATE, calibration_scores
        from coastal.surge.record import record
        from coastal.surge.storms import draw_share
        from coastal.surge.uncertainty import by_distilled
        from coastal.surge.windows import with_gaps
        from distill.conformal import adaptive_quantiles, split_quantile

        series = read_uhslc(self.data / "tide-gauge" / "honolulu_2010_hourly.asc")
        drawn = draw_share(series.present, 0.05, seed=seed)
        made = record(series, drawn.known)
        seen = np.isfinite(with_gaps(made.surge, 0.2, np.random.default_rng(seed)))
        rows = made.windows(np.arange(len(series)), seen=seen)
        lead, student, held = 5, self.distilled(), self.windows(2)
        told = by_distilled(student, rows)
        truth = rows.targets["surge"].numpy()[:, lead]
        mean, width = told.mean.numpy()[:, lead], told.total.sqrt().numpy()[:, lead]
        start = calibration_scores(by_distilled(student, held), held.targets["surge"].numpy())
        score = np.abs(truth - mean) / width
        adaptive = adaptive_quantiles(
            score, 1 - LEVEL, start=start[:, lead], rate=RATE, delay=lead + 1, window=720
        )
        adaptive = np.minimum(adaptive, 2 * start[:, lead].max())
        open_hours = np.isfinite(truth) & ~drawn.known
        found: dict[str, Any] = {}
        answers = {"distilled": mean, "persistence": persistence(rows)[:, lead],
                   "harmonic only": harmonic_only(rows)[:, lead]}  # fmt: skip
        for name, one in answers.items():
            found[name] = float(10 * np.sqrt(np.mean((one - truth)[open_hours] ** 2)))
        bounds = {"gaussian": NORMAL, "adaptive": adaptive,
                  "split, simulated": split_quantile(start[:, lead], 1 - LEVEL)}  # fmt: skip
        for name, bound in bounds.items():
            inside = (score <= bound)[open_hours][::6]
            wide = 20 * np.mean((bound * width)[open_hours])
            found[f"coverage {name}"] = [int(inside.sum()), len(inside), float(wide)]
        return found

    def teacher(self) -> dict[str, Any]:
        """Return sizes, errors on simulated storms, and the teacher's on September's weather."""
        from coastal.gauge import read_weather
        from coastal.surge.baselines import harmonic_only, persistence
        from coastal.surge.learning import coarse
        from coastal.surge.network import SurgeNetwork, size
        from coastal.surge.physics import MEAN_HPA
        from coastal.surge.record import record
        from coastal.surge.simulate import coastwise
        from coastal.surge.uncertainty import alone
        from coastal.surge.windows import samples

        teacher, rows = self.frozen(), self.windows(3)
        student = self.student(0, True)

        def errors(rows: Any, chosen: Any) -> dict[str, list[float]]:
            truth = coarse(rows.targets["surge"]).numpy()[chosen]
            said = {
                "teacher": teacher.told(rows).outputs[:, :4].numpy(),
                "student": alone(student, rows).mean.numpy().reshape(len(rows), 4, 3).mean(-1),
                "persistence": persistence(rows).reshape(len(rows), 4, 3).mean(-1),
                "harmonic only": harmonic_only(rows)[:, :4],
            }
            return {
                name: [
                    float(10 * np.sqrt(np.nanmean(column**2))) for column in (one[chosen] - truth).T
                ]
                for name, one in said.items()
            }

        weather = read_weather(self.data / "tide-gauge" / "halifax_airport_met_2003-09_hourly.csv")
        made = record(self.series, self.series.present & ~self.juan_hours)
        air = np.full((len(self.series), 3), np.nan)
        at = (weather.times - self.series.times[0]) / np.timedelta64(1, "h")
        inside = (at >= 0) & (at < len(air))
        columns = (weather.sea_level_hpa - MEAN_HPA, weather.eastward_ms, weather.northward_ms)
        air[at[inside].astype(int)] = np.stack(columns, axis=1)[inside]
        air = coastwise(air, ONSHORE_DEG)
        issues = np.flatnonzero((self.series.times >= np.datetime64("2003-09-02")) & (
            self.series.times < np.datetime64("2003-09-30T12")))  # fmt: skip
        september = samples(
            made.surge[None], made.tide[None], np.zeros_like(issues), issues,
            neighbour=np.full((1, len(air)), np.nan), weather=air[None],
        )  # fmt: skip
        juan = self.juan_hours[issues]
        return {
            "parameters": {"teacher": teacher.cost, "student": size(SurgeNetwork())},
            "simulated": errors(rows, np.ones(len(rows), dtype=bool)),
            "September without Juan": errors(september, ~juan),
            "Juan": errors(september, juan),
            "storms": {"Juan": len(self.juan), "all": sum(len(one) for one in self.folds)},
        }

    def summary(self) -> dict[str, Any]:
        """Return all figures of the pieces that are there."""
        found: dict[str, Any] = {}
        if (self.out / "teacher.json").exists():
            found["teacher"] = json.loads((self.out / "teacher.json").read_text("utf-8"))
        for share in SHARES:
            parts = self.read(f"share-{share}-*.json")
            if parts:
                found[f"share {share}"] = {"seeds": len(parts), **errors_of(parts)}
        if parts := self.read("ablated-*.json"):
            found["without the teacher"] = {"seeds": len(parts), **errors_of(parts)}
        if parts := self.read("sure-*.json"):
            found["intervals, 6 h"] = coverage_of(parts)
        if parts := self.read("stream-*.json"):
            found["distilled ensemble over the year, 6 h"] = coverage_of(parts)
        if parts := self.read("site-*.json"):
            found["Honolulu, 6 h"] = {
                name: np.mean([one[name] for one in parts], axis=0).tolist() for name in parts[0]
            }
        return found

    def read(self, pattern: str) -> list[Any]:
        paths = sorted(self.out.glob(pattern))
        return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


def errors_of(parts: list[Any]) -> dict[str, Any]:
    """Return the error of each arm and lead in cm, and at 6 hours differences with intervals."""
    from distill.intervals import paired_bootstrap

    def sums(name: str, lead: int) -> Any:
        storms = sorted(parts[0][name][str(lead)], key=int)
        return np.mean([[one[name][str(lead)][key] for key in storms] for one in parts], axis=0)

    def root(counts: Any) -> Any:
        return np.sqrt(counts[..., 0] / counts[..., 1])

    def whole(name: str) -> dict[str, float]:
        return {str(lead): float(root(sums(name, lead).sum(axis=0))) for lead in LEADS_SHOWN}

    arms = list(parts[0])
    six = {}
    for name in arms:
        each = [
            float(root(np.sum([one[name]["6"][key] for key in one[name]["6"]], axis=0)))
            for one in parts
        ]
        lone = paired_bootstrap(sums(name, 6), np.ones((len(sums(name, 6)), 2)), statistic=root)
        six[name] = {"seeds": each, "interval": [lone.low + 1, lone.high + 1]}
    gains = {}
    for other in arms:
        if other != "distilled":
            one = paired_bootstrap(sums("distilled", 6), sums(other, 6), statistic=root)
            gains[other] = [one.difference, one.low, one.high]
    storms = {
        name: {
            key: [float(root(np.mean([one[name]["6"][key] for one in parts], axis=0)))]
            for key in parts[0][name]["6"]
        }
        for name in ("distilled", "persistence", "harmonic only", "ridge")
    }
    return {"rmse_cm": {name: whole(name) for name in arms}, "six": six,
            "distilled less other": gains, "by storm": storms}  # fmt: skip


def coverage_of(parts: list[Any]) -> dict[str, Any]:
    """Return hits, counts, mean width (cm) and whether 90 % is plausible, by way."""
    from distill.metrics import coverage_holds

    shares = {
        name: float(np.mean([one["epistemic"][name] for one in parts]))
        for name in parts[0].get("epistemic", {})
    }
    found: dict[str, Any] = {"epistemic share": shares} if shares else {}
    for name in parts[0]:
        if name == "epistemic":
            continue
        each = [coverage_holds([hit for hits, _ in one[name].values() for hit in hits])
                for one in parts]  # fmt: skip
        storms = [np.mean(hits) for one in parts for hits, _ in one[name].values() if hits]
        found[name] = {
            "coverage": float(np.mean([share for share, _ in each])),
            "hours": sum(len(hits) for hits, _ in parts[0][name].values()),
            "holds in draws": sum(holds for _, holds in each), "draws": len(parts),
            "worst storm": float(np.min(storms)),
            "width_cm": float(np.mean([wide for one in parts for _, wide in one[name].values()])),
        }  # fmt: skip
    return found


if __name__ == "__main__":
    main()
