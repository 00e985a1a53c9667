"""Every stage is made once, each plan in a folder of its own, and a killed training goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from compliance.scoring import learning, workshop
from compliance.scoring.concepts import Vocabulary
from compliance.scoring.dataset import MODALITIES
from compliance.scoring.learning import Recipe, Taught, train_reader
from compliance.scoring.workshop import Plan, Workshop
from corpus.digests import load_digests
from distill.objective import Objective
from distill.schedule import Geometric
from distill.weights import weights_hash
from tests.small_student import book, vocabulary
from tests.small_surveys import TINY, loader, tiny_reader

SMALL = Plan(seed=1, train=3, validation=2, calibration=2, test=2, per_site=2)
#: Three batches an epoch of the twelve designs.
RECIPE = Recipe(
    Objective(1.0, 0.0, 0.0), epochs=4, patience=4, batch=4, rate=3e-3, schedule=Geometric(4)
)


class Killed(BaseException):
    """Stands for a kill: nothing may catch it."""


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    torch.set_num_threads(1)
    monkeypatch.setattr(workshop, "draw_vocabulary", lambda world, *, seed: vocabulary())
    monkeypatch.setattr(workshop, "simulate", partial(workshop.simulate, workers=1))
    yield


def killed_after(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the loss of one more step than that raise."""
    plain, left = learning.task_loss, [steps]

    def loss(*given: Any) -> Any:
        if torch.is_grad_enabled():
            left[0] -= 1
            if left[0] < 0:
                raise Killed
        return plain(*given)

    monkeypatch.setattr(learning, "task_loss", loss)


def trained(folder: Path | None, recipe: Recipe = RECIPE) -> str:
    reader = tiny_reader()
    train_reader(reader, vocabulary(), loader(), loader(), recipe, checkpoints=folder)
    return weights_hash(reader)


@cache
def whole() -> str:
    """The weights of a training that nothing interrupts."""
    return trained(None)


@pytest.mark.parametrize("steps", [3, 11])
def test_a_killed_training_goes_on_with_the_same_weights(
    steps: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the kill comes between two epochs or within one."""
    with monkeypatch.context() as broken:
        killed_after(steps, broken)
        with pytest.raises(Killed):
            trained(tmp_path)
    assert (tmp_path / "checkpoint.json").exists()
    assert trained(tmp_path) == whole()


def test_a_training_killed_twice_goes_on_with_the_same_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for steps in (4, 5):
        with monkeypatch.context() as broken:
            killed_after(steps, broken)
            with pytest.raises(Killed):
                trained(tmp_path)
    assert trained(tmp_path) == whole()


def test_the_rate_rises_and_falls_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rates: list[float] = []
    plain = torch.optim.AdamW.step

    def step(self: torch.optim.AdamW, *given: Any) -> Any:
        rates.append(self.param_groups[0]["lr"])
        return plain(self, *given)

    monkeypatch.setattr(torch.optim.AdamW, "step", step)
    trained(None)
    assert len(rates) == 12
    top = int(np.argmax(rates))
    assert rates[0] < 0.1 * RECIPE.rate and rates[top] > 0.9 * RECIPE.rate
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert rates[-1] < 0.1 * RECIPE.rate


def test_another_recipe_does_not_go_on_from_these_checkpoints(tmp_path: Path) -> None:
    from base import DistillError

    trained(tmp_path)
    with pytest.raises(DistillError, match="another training"):
        trained(tmp_path, replace(RECIPE, seed=5))


def test_fewer_designs_than_a_batch_still_teach() -> None:
    reader = tiny_reader()
    history = train_reader(
        reader, vocabulary(), loader(), loader(), replace(RECIPE, batch=128, epochs=2)
    )
    assert history.best > 0 and history.losses[-1] < history.losses[0]


def test_few_designs_join_the_teachers_too() -> None:
    from compliance.scoring.teachers import Ensemble, fit_ensemble, outputs, prior_of

    torch.manual_seed(0)
    said = outputs(tiny_reader(), loader())
    # The ensemble joins features of teachers, which are 256 wide.
    heard = {
        name: replace(said, features={name: torch.randn(12, 256)}) for name in ("sensor", "legal")
    }
    joint = Ensemble(book(), vocabulary(), tuple(heard), prior_of(loader().surveys))
    before = weights_hash(joint)
    fit_ensemble(joint, vocabulary(), (heard, loader()), (heard, loader()), seed=0, epochs=2)
    assert weights_hash(joint) != before


def opened(folder: Path, plan: Plan = SMALL, **more: Any) -> Workshop:
    return Workshop(folder, book(), plan, **more)


def test_data_are_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = opened(tmp_path)
    made = first.surveys("train")
    assert len(made) == 6

    def never(*given: Any, **named: Any) -> None:
        raise AssertionError("made again")

    monkeypatch.setattr(workshop, "simulate", never)
    monkeypatch.setattr(workshop, "draw_vocabulary", never)
    again = opened(tmp_path)
    assert again.folder == first.folder
    np.testing.assert_array_equal(again.surveys("train").acoustic, made.acoustic)
    assert again.vocabulary == first.vocabulary


def test_the_vocabulary_survives_its_file(tmp_path: Path) -> None:
    names = opened(tmp_path).vocabulary
    again = Vocabulary.from_json(names.to_json())
    assert again == names and list(again.amounts) == list(names.amounts)


def test_another_plan_source_or_loss_lies_in_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = (SMALL, replace(SMALL, seed=2), replace(SMALL, test=3))
    folders = {opened(tmp_path, plan).folder for plan in plans}
    unclos = load_digests()["unclos"]
    reworded = replace(
        unclos, provisions=tuple(replace(one, text=one.text + " X") for one in unclos.provisions)
    )
    folders.add(opened(tmp_path, official={"unclos": reworded}).folder)
    assert len(folders) == 4
    assert all(folder.parent == tmp_path for folder in folders)


def test_another_law_lies_in_another_folder(tmp_path: Path) -> None:
    plain = opened(tmp_path)
    rules = tuple(rule for rule in book().rules if rule.id != "unclos-60-5-width")
    assert Workshop(tmp_path, replace_rules(rules), SMALL).folder != plain.folder


def replace_rules(rules: Any) -> Any:
    return book().model_copy(update={"rules": rules})


def test_a_teacher_is_trained_once_and_frozen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(workshop.TEACHER_EPOCHS, "sensor", 1)
    first = opened(tmp_path).teacher("sensor")
    calls: list[int] = []
    monkeypatch.setattr(learning, "train_reader", lambda *a, **k: calls.append(1))
    again = opened(tmp_path).teacher("sensor")
    assert not calls
    assert weights_hash(first) == weights_hash(again)
    assert not again.training
    assert not any(one.requires_grad for one in again.parameters())


def _taught(shop: Workshop) -> Taught:
    """Teachers of noise: the student only has to be trained on something."""
    count, names = len(shop.surveys("train")), shop.vocabulary
    draw = torch.Generator().manual_seed(0)

    def some(width: int) -> torch.Tensor:
        return torch.randn(count, width, generator=draw)

    amounts = len(names.amounts)
    return Taught(
        some(names.logits), some(amounts), some(amounts), some(6),
        {name: some(names.logits) for name in MODALITIES},
        {name: some(16) for name in MODALITIES},
    )  # fmt: skip


def test_a_killed_student_goes_on_in_its_shop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With teachers and aligners, whose weights have to come back as well."""
    from compliance.scoring import reader

    monkeypatch.setattr(reader.build_student, "__defaults__", (TINY,))
    monkeypatch.setattr(Workshop, "taught", _taught)
    recipe = replace(RECIPE, objective=Objective(1.0, 0.5, 0.1), epochs=2, batch=2)
    first = opened(tmp_path / "one").student(recipe)
    # Making the teachers draws numbers; finding them does not.
    monkeypatch.setattr(Workshop, "taught", lambda shop: (torch.rand(7), _taught(shop))[1])
    assert weights_hash(opened(tmp_path / "three").student(recipe)) == weights_hash(first)
    with monkeypatch.context() as broken:
        killed_after(4, broken)
        with pytest.raises(Killed):
            opened(tmp_path / "two").student(recipe)
    assert not list((tmp_path / "two").glob("*/student.safetensors"))
    again = opened(tmp_path / "two").student(recipe)
    assert weights_hash(again) == weights_hash(first)
    monkeypatch.setattr(learning, "train_reader", None)
    assert weights_hash(opened(tmp_path / "two").student(recipe)) == weights_hash(first)
