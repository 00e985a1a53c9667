"""Where a student is made: every stage is a file, so that a run goes on where it was stopped."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from base import sha256_text, write_whole
from compliance.scoring.concepts import Vocabulary
from compliance.scoring.dataset import (
    MODALITIES,
    Surveys,
    World,
    draw_vocabulary,
    open_world,
    simulate,
)
from compliance.scoring.rule_features import rules_hash
from corpus.model import LawText
from jurisdictions.rulebook import RuleBook

if TYPE_CHECKING:
    from compliance.scoring.batches import Loader
    from compliance.scoring.heads import Scores
    from compliance.scoring.learning import Recipe, Taught
    from compliance.scoring.reader import DesignReader
    from compliance.scoring.shipped import Shipped
    from compliance.scoring.teachers import Ensemble, TextTeachers

#: Epochs and peak learning rate of the teachers, by modality.
TEACHER_EPOCHS = {"acoustic": 4, "legal": 8, "sensor": 8, "structure": 8}
TEACHER_RATE = {"acoustic": 1e-3, "legal": 1e-3, "sensor": 1e-3, "structure": 1e-3}

#: The final test split. Whenever one was looked at and the student or its calibration then changed,
#: the next takes a new number: sites and designs are drawn anew from the name.
FINAL = "final-2"


@dataclass(frozen=True, slots=True)
class Plan:
    """How many designs are simulated; sites are never shared between splits.

    Attributes:
        seed: of all chance in the data.
        train, validation, calibration, test, final: sites of each split. There are two test splits:
            ``test`` for comparisons between arms of a benchmark, and ``final``, opened for the
            student that ships and for nothing else.
        per_site: designs at each site.
    """

    seed: int = 0
    train: int = 1900
    validation: int = 250
    calibration: int = 4000
    test: int = 450
    final: int = 900
    per_site: int = 4

    def of_size(self, sites: int) -> Plan:
        """Return a smaller plan: so many training sites, the other splits in proportion."""
        share = sites / self.train
        few = {
            name: max(20, round(getattr(self, name) * share))
            for name in ("train", "validation", "calibration", "test", "final")
        }
        return replace(self, **few)

    def sites(self) -> Mapping[str, int]:
        """Return the number of sites by split."""
        return {
            "train": self.train,
            "validation": self.validation,
            "calibration": self.calibration,
            "test": self.test,
            FINAL: self.final,
        }


class Workshop:
    """A folder in which data, teachers and students are made, each once.

    Args:
        folder: where files are kept.
        book: compiled law.
        plan: what to simulate.
        data: real terrain and casts, or ``None``.
        official: official wordings beside those of the rule book.
        bar: opens a progress bar with a title and a total; returns what to call with steps done.
    """

    def __init__(
        self,
        folder: Path,
        book: RuleBook,
        plan: Plan | None = None,
        *,
        data: Path | None = None,
        official: Mapping[str, LawText] | None = None,
        bar: Callable[[str, int], Callable[[int], None]] | None = None,
    ) -> None:
        self.book, self.plan = book, plan or Plan()
        self.world: World = open_world(book, data=data, official=official)
        self._bar = bar or (lambda title, total: lambda count: None)
        mark = sha256_text(
            json.dumps(
                [
                    asdict(self.plan),
                    rules_hash(book),
                    repr(self.world.losses),
                    self.world.fingerprint(),
                    [TEACHER_EPOCHS, TEACHER_RATE],
                    sha256_text("\n".join(self.world.pieces.texts)),
                ],
                sort_keys=True,
            )
        )
        #: Data of another law, plan or source lie in another folder.
        self.folder = folder / mark[:12]
        self.vocabulary = self._vocabulary()

    def _vocabulary(self) -> Vocabulary:
        path = self.folder / "vocabulary.json"
        if not path.exists():
            found = draw_vocabulary(self.world, seed=self.plan.seed)
            write_whole(path, found.to_json())
        return Vocabulary.from_json(path.read_text(encoding="utf-8"))

    def surveys(self, split: str) -> Surveys:
        """Return the surveys of a split, simulated on first use."""
        path = self.folder / f"{split}.npz"
        if not path.exists():
            sites = self.plan.sites()[split]
            simulate(
                self.world,
                self.vocabulary,
                sites=sites,
                per_site=self.plan.per_site,
                seed=self.plan.seed,
                name=split,
                tick=self._bar(f"Simulating {split}", sites),
            ).save(path)
        return Surveys.load(path)

    def loader(self, split: str) -> Loader:
        """Return the surveys of a split as the student reads them."""
        from compliance.scoring.batches import Loader, Rows

        surveys = self.surveys(split)
        return Loader(surveys, Rows.hashed(surveys, self.world.pieces))

    def text_teachers(self) -> TextTeachers:
        """Return the fine-tuned sentence encoders, fine-tuned on first use."""
        from compliance.scoring.teachers import fine_tune_texts, text_encoders
        from distill.weights import restore_weights, save_weights

        paths = {name: self.folder / f"encoder-{name}.safetensors" for name in ("law", "report")}
        if not all(path.exists() for path in paths.values()):
            tick = self._bar("Fine-tuning sentence encoders", 0)
            made = fine_tune_texts(
                self.book, self.vocabulary, self.world.pieces, seed=self.plan.seed,
                tick=lambda: tick(1),
            )  # fmt: skip
            save_weights(made.law, paths["law"])
            save_weights(made.report, paths["report"])
            return made
        found = text_encoders(self.book, self.vocabulary, self.world.pieces)
        restore_weights(found.law, paths["law"])
        restore_weights(found.report, paths["report"])
        return found

    def heavy(self, modality: str, split: str) -> Loader:
        """Return the surveys of a split as the teacher of a modality reads them."""
        from compliance.scoring.batches import Loader

        whole = self._embedded(split) if modality in ("legal", "structure") else self.loader(split)
        return Loader(whole.surveys, whole.rows, (modality,))

    def _embedded(self, split: str) -> Loader:
        from compliance.scoring.batches import Loader, Rows
        from distill.weights import load_tensors, save_tensors

        surveys, path = self.surveys(split), self.folder / f"embedded-{split}.safetensors"
        if not path.exists():
            rows = self.text_teachers().rows(surveys, self.world.pieces)
            save_tensors({"sentences": rows.sentences, "pieces": rows.pieces}, path)
        tensors = load_tensors(path)
        return Loader(surveys, Rows(tensors["sentences"], tensors["pieces"]))

    def teacher(self, modality: str) -> DesignReader:
        """Return the trained teacher of a modality, frozen."""
        import torch

        from compliance.scoring.learning import Recipe, train_reader
        from compliance.scoring.teachers import build_teacher
        from distill.objective import Objective
        from distill.weights import restore_weights, save_weights

        torch.manual_seed(self.plan.seed)
        teacher = build_teacher(modality, self.book, self.vocabulary)
        path = self.folder / f"teacher-{modality}.safetensors"
        if path.exists():
            restore_weights(teacher, path)
        else:
            train_reader(
                teacher,
                self.vocabulary,
                self.heavy(modality, "train"),
                self.heavy(modality, "validation"),
                Recipe(
                    Objective(1, 0, 0), epochs=TEACHER_EPOCHS[modality], rate=TEACHER_RATE[modality]
                ),
                checkpoints=self.folder / f"teacher-{modality}",
                progress=f"Teacher of {modality}",
            )
            save_weights(teacher, path)
        return teacher.eval().requires_grad_(False)

    def heard(self, split: str) -> dict[str, Scores]:
        """Return what each teacher says of a split, calibrated on the validation split."""
        return {
            name: self._calibrated(self._outputs(name, split), self.temperature(name))
            for name in MODALITIES
        }

    def temperature(self, modality: str) -> float:
        """Return what a teacher's logits of flags are divided by, fitted on validation data."""
        from distill.calibration import fit_temperature

        path = self.folder / f"temperature-{modality}.json"
        if not path.exists():
            count = len(self.vocabulary.flags)
            logits = self._outputs(modality, "validation").logits[:, :count].numpy()
            target = self.surveys("validation").flags[:, :count].astype(float)
            known = ~np.isnan(target)
            write_whole(path, json.dumps(fit_temperature(logits[known], target[known])))
        return float(json.loads(path.read_text(encoding="utf-8")))

    def _outputs(self, modality: str, split: str) -> Scores:
        from compliance.scoring.teachers import outputs, pack_scores, unpack_scores
        from distill.weights import load_tensors, save_tensors

        path = self.folder / f"said-{modality}-{split}.safetensors"
        if not path.exists():
            said = outputs(self.teacher(modality), self.heavy(modality, split))
            save_tensors(pack_scores(said), path)
        return unpack_scores(load_tensors(path))

    @staticmethod
    def _calibrated(scores: Scores, temperature: float) -> Scores:
        heard = {name: value / temperature for name, value in scores.heard.items()}
        return replace(scores, logits=scores.logits / temperature, heard=heard)

    def ensemble(self) -> Ensemble:
        """Return the joined teachers, their weights learned on the training designs."""
        import torch

        from compliance.scoring.teachers import Ensemble, fit_ensemble, prior_of
        from distill.weights import restore_weights, save_weights

        torch.manual_seed(self.plan.seed)
        ensemble = Ensemble(self.book, self.vocabulary, MODALITIES, prior_of(self.surveys("train")))
        path = self.folder / "ensemble.safetensors"
        if path.exists():
            restore_weights(ensemble, path)
        else:
            fit_ensemble(
                ensemble,
                self.vocabulary,
                (self.heard("train"), self.loader("train")),
                (self.heard("validation"), self.loader("validation")),
                seed=self.plan.seed,
            )
            save_weights(ensemble, path)
        return ensemble.eval().requires_grad_(False)

    def taught(self) -> Taught:
        """Return what the teachers say of the training designs."""
        from compliance.scoring.learning import Taught

        heard = self.heard("train")
        joint = self.ensemble()(heard)
        return Taught(
            joint.logits,
            joint.mean,
            joint.log_variance,
            joint.compliance,
            {name: one.heard[name] for name, one in heard.items()},
            {name: one.features[name] for name, one in heard.items()},
        )

    def student(self, recipe: Recipe, *, name: str = "student") -> DesignReader:
        """Return a trained student, trained on first use under this name."""
        import torch

        from compliance.scoring.learning import train_reader
        from compliance.scoring.reader import build_student
        from compliance.scoring.teachers import aligners
        from distill.weights import restore_weights, save_weights

        torch.manual_seed(recipe.seed)
        student = build_student(self.book, self.vocabulary)
        path = self.folder / f"{name}.safetensors"
        if path.exists():
            restore_weights(student, path)
        else:
            taught = self.taught()
            # Whether teachers were made on the way or found must not change the aligners.
            torch.manual_seed(recipe.seed)
            train_reader(
                student,
                self.vocabulary,
                self.loader("train"),
                self.loader("validation"),
                recipe,
                taught=taught,
                aligners=aligners(taught),
                checkpoints=self.folder / name,
                progress="Student",
            )
            save_weights(student, path)
        return student.eval()

    def finish(self, recipe: Recipe, path: Path) -> None:
        """Train the student, calibrate it, and write it without a test score.

        The test split is opened by :meth:`test` alone.
        """
        from compliance.scoring.evaluation import judges_of
        from compliance.scoring.shipped import save_student

        student = self.student(recipe)
        judges = judges_of(student, self.loader("calibration"), self.vocabulary)
        save_student(
            path, student, self.vocabulary, judges, book=self.book, card=self.card(student, recipe)
        )

    def card(self, student: DesignReader, recipe: Recipe) -> dict[str, Any]:
        """Return what a reader of the weights should know: data, seeds, sizes, limits."""
        teachers = {name: self.parameters(name) for name in MODALITIES}
        own = sum(one.numel() for one in student.parameters())
        return {
            "data": asdict(self.plan)
            | {
                "what": "simulated designs at real positions, labelled by the rule engine",
                "relief_tiles": len(self.world.reliefs),
                "casts": len(self.world.profiles),
                "law_pieces": len(self.world.pieces.texts),
                "losses": asdict(self.world.losses),
            },
            "seeds": {"data": self.plan.seed, "student": recipe.seed},
            "recipe": repr(recipe),
            "parameters": {
                "student": own,
                "teachers": teachers,
                "ratio": round(sum(teachers.values()) / own, 1),
            },
            "temperatures": {name: self.temperature(name) for name in MODALITIES},
            "limits": [
                "Surveys are simulated; no labelled survey of a real habitat exists to test on.",
                "Hulls are spheres of one atmosphere inside, in five metals, to 6 000 m.",
                "Reports follow sentence forms of the simulator; free text may be misread.",
                "Calibration holds for surveys like the simulated ones.",
            ],
        }

    def parameters(self, modality: str) -> int:
        """Return the weights of a teacher, its sentence encoder included."""
        count = sum(one.numel() for one in self.teacher(modality).parameters())
        encoder = {"legal": "law", "structure": "report"}.get(modality)
        if encoder is not None:
            network = getattr(self.text_teachers(), encoder)
            count += sum(one.numel() for one in network.parameters())
        return count

    def test(self, shipped: Shipped) -> dict[str, Any]:
        """Open the final split: score a finished student and the joined teachers on it."""
        import torch

        from compliance.scoring.evaluation import score_test_split

        with torch.no_grad():
            ensemble = self.ensemble()(self.heard(FINAL))
        return score_test_split(
            shipped.reader, shipped.judges, self.loader(FINAL), self.vocabulary, ensemble
        )
