"""Flood maps: chips, simulated optics, lessons, maps, thresholds, local fine-tuning."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from base import BathylexError, DistillError, UsageError
from coastal.flood import (
    Chip,
    FloodMap,
    FloodStudent,
    SchoolPlan,
    adapt,
    calibrate,
    chip_names,
    coarse_image,
    outline,
    read_chip,
    scene,
    share_flooded,
    train,
)
from coastal.flood.adapting import fisher
from coastal.flood.baselines import otsu, water_index
from coastal.flood.lessons import labelled_tiles, lesson
from coastal.flood.mapping import SHIPPED, fresh_members
from coastal.flood.optics import BANDS, water_share
from coastal.flood.scores import best_threshold, scored
from coastal.flood.student import FloodNet, jittered, student_input
from coastal.flood.teacher import (
    FloodTeacher,
    TaughtChip,
    TeacherPlan,
    is_validation,
    masked_loss,
    parameter_count,
)
from coastal.flood.teaching import StudentPlan, train_student


def small_chip(
    name: str = "Here_1", *, seed: int = 0, optical: bool = True, side: int = 128
) -> Chip:
    """Return a chip whose left half is water, dark in radar and in the near infrared."""
    draw = np.random.default_rng(seed)
    label = np.zeros((side, side), np.int8)
    label[:, : side // 2] = 1
    label[:4, :4] = -1
    sar = np.where(label == 1, -20.0, -9.0)[None] + draw.normal(0, 1, (2, side, side))
    bands = np.where(label == 1, 0.04, 0.25)[None] * draw.uniform(0.8, 1.2, (13, side, side))
    bands[2] = 0.1 * draw.uniform(0.8, 1.2, (side, side))
    return Chip(name, sar.astype(np.float32), bands.astype(np.float32) if optical else None, label)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import tifffile

    place, chip = tmp_path_factory.mktemp("chips"), small_chip()
    radar = chip.sar.copy()
    radar[:, 50, 50] = np.nan
    tifffile.imwrite(place / "Here_1_S1Hand.tif", radar, photometric="minisblack")
    tifffile.imwrite(place / "Here_1_LabelHand.tif", chip.label.astype(np.int16))
    return place


def test_a_chip_is_read_and_pixels_without_radar_are_not_valid(folder: Path) -> None:
    assert chip_names(folder) == ("Here_1",)
    chip = read_chip(folder, "Here_1")
    assert chip.sar.shape == (2, 128, 128) and np.isfinite(chip.sar).all()
    assert chip.label[50, 50] == -1 and chip.label[0, 0] == -1 and chip.label[60, 0] == 1
    assert chip.optical is None and chip.corner is None


@pytest.mark.parametrize("content", [b"", b"II*\0", b"not a tiff at all"])
def test_a_broken_chip_is_one_clear_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "X_S1Hand.tif").write_bytes(content)
    (tmp_path / "X_LabelHand.tif").write_bytes(content)
    with pytest.raises(UsageError, match="X_S1Hand"):
        read_chip(tmp_path, "X")


def test_a_chip_of_another_shape_and_an_empty_folder_are_refused(
    folder: Path, tmp_path: Path
) -> None:
    import tifffile

    with pytest.raises(UsageError, match="no SAR chips"):
        chip_names(tmp_path)
    (tmp_path / "Here_1_S1Hand.tif").write_bytes((folder / "Here_1_S1Hand.tif").read_bytes())
    tifffile.imwrite(tmp_path / "Here_1_LabelHand.tif", np.zeros((64, 64), np.int16))
    with pytest.raises(UsageError, match="where the label has"):
        read_chip(tmp_path, "Here_1")


def test_scores_count_valid_pixels_only_and_never_divide_by_zero() -> None:
    label = np.array([[1, 1, 0, -1]])
    found = scored(np.array([[0.9, 0.2, 0.8, 1.0]]), label)
    assert (found.iou, found.f1) == (pytest.approx(1 / 3), pytest.approx(0.5))
    assert found.brier == pytest.approx((0.01 + 0.64 + 0.64) / 3) and found.valid == 3
    dry = scored(np.array([[0.9, 0.1]]), np.array([[0, 0]]))
    assert dry.iou is None and dry.f1 is None and dry.false_share == 0.5
    assert best_threshold(np.array([0.9]), np.array([0])) == 0.5
    assert 0.3 < best_threshold(np.array([0.3, 0.6]), np.array([0, 1])) <= 0.6


def test_simulated_optics_follow_the_label_and_hide_what_has_none() -> None:
    chip = small_chip()
    calibration = calibrate([chip])
    assert calibration.water.mean[1] < calibration.dry.mean[1]
    other = small_chip("There_1", optical=False)
    bare = replace(other, label=np.where(np.arange(128)[:, None] < 64, -1, other.label))
    seen = coarse_image(bare, calibration, np.random.default_rng(0))
    assert not seen.real and seen.cloud[:16].all() and not seen.cloud.all()
    clear, share = ~seen.cloud, water_share(bare)[0]
    near = seen.reflectance[BANDS.index("B8")]
    assert near[clear & (share == 1)].mean() < 0.5 * near[clear & (share == 0)].mean()
    again = coarse_image(bare, calibration, np.random.default_rng(0))
    assert np.array_equal(seen.reflectance, again.reflectance)
    with pytest.raises(UsageError, match="no chip with an optical image"):
        calibrate([other])


def test_gains_change_inputs_as_they_would_change_the_image() -> None:
    bands = np.random.default_rng(0).uniform(0.05, 0.4, (3, 8, 8))
    cloud = np.zeros((8, 8), bool)
    cloud[0] = True
    shift = np.array([0.1, -0.2, 0.3])
    direct = student_input(bands * np.exp(shift)[:, None, None], cloud)
    moved = jittered(student_input(bands, cloud)[None], torch.from_numpy(shift[None]).float())[0]
    torch.testing.assert_close(moved, direct, atol=1e-5, rtol=1e-5)
    assert (moved[:, 0] == 0).all()


def test_what_lies_under_cloud_is_never_read() -> None:
    bands = np.random.default_rng(0).uniform(0.05, 0.4, (3, 8, 8))
    cloud = np.zeros((8, 8), bool)
    cloud[3, 3] = True
    other = bands.copy()
    other[:, 3, 3] = np.nan
    assert torch.equal(student_input(bands, cloud), student_input(other, cloud))


def test_the_teacher_draws_every_pixel_and_skips_invalid_labels() -> None:
    network = FloodTeacher(TeacherPlan(width=32, depth=1, heads=2))
    logits, tokens = network(torch.zeros(2, 2, 64, 64))
    assert logits.shape == (2, 64, 64) and tokens.shape == (2, 8, 8, 32)
    nothing = masked_loss(logits, torch.full((2, 64, 64), -1))
    assert float(nothing.detach()) == 0.0
    marks = is_validation(3, 8, 8)
    assert (marks.sum(axis=(1, 2)) == 8).all()


def test_the_student_is_at_most_a_tenth_of_the_teacher() -> None:
    teacher = parameter_count(FloodTeacher())
    assert parameter_count(FloodNet()) * 10 <= teacher
    assert FloodStudent.load().parameters * 10 <= teacher


def told(chip: Chip) -> TaughtChip:
    """Return a teacher that is right and sure."""
    truth = np.where(chip.label == 1, 0.97, 0.03).astype(np.float32)
    tokens = torch.from_numpy(truth[::8, ::8, None] * np.ones(4, np.float32))
    return TaughtChip(truth, tokens)


def test_labels_are_tiles_and_fractions_are_nested() -> None:
    chips = [small_chip(f"P_{at}", seed=at) for at in range(4)]
    calibration = calibrate(chips)
    lessons = [
        lesson(chip, coarse_image(chip, calibration, np.random.default_rng(at)), told(chip))
        for at, chip in enumerate(chips)
    ]
    few, many = (labelled_tiles(lessons, share, 3) for share in (0.25, 1.0))
    assert len(few[0]) + len(few[1]) == 4 and len(many[0]) + len(many[1]) == 16
    every = {tuple(one) for part in many for one in part}
    assert {tuple(one) for part in few for one in part} <= every
    assert not {tuple(one) for one in few[0]} & {tuple(one) for one in few[1]}
    with pytest.raises(DistillError, match="fraction"):
        labelled_tiles(lessons, 0.0, 3)


@pytest.mark.parametrize("arm", ["distilled", "labels-only"])
def test_a_student_learns_and_the_same_seed_gives_the_same(arm: str) -> None:
    chips = [small_chip(f"P_{at}", seed=at) for at in range(2)]
    calibration = calibrate(chips)
    lessons = [
        lesson(chip, coarse_image(chip, calibration, np.random.default_rng(at)), told(chip))
        for at, chip in enumerate(chips)
    ]
    plan = StudentPlan(epochs=3, steps=8, batch=2)
    made = [
        train_student(lessons, arm=arm, fraction=1.0, seed=5, plan=plan)  # type: ignore[arg-type]
        for _ in range(2)
    ]
    for one, other in zip(made[0][0].parameters(), made[1][0].parameters(), strict=True):
        assert torch.equal(one, other)
    network, threshold = made[0]
    with torch.no_grad():
        said = torch.softmax(network(lessons[0].image[None])[0], 1)[0, 1].numpy()
    clear = lessons[0].image[5].numpy() > 0
    wet = lessons[0].share.numpy() > 0.5
    assert said[clear & wet].mean() > said[clear & ~wet].mean() + 0.3
    assert 0.1 <= threshold <= 0.9


def test_a_quick_school_writes_a_student_that_maps_what_it_learned(tmp_path: Path) -> None:
    import tifffile

    for at in range(2):
        chip, start = small_chip(f"P_{at}", seed=at, side=256), tmp_path / f"P_{at}"
        radar = {"S1": chip.sar, "Label": chip.label.astype(np.int16), "S2": chip.optical}
        for kind, values in radar.items():
            assert values is not None
            scaled = (values * 10_000).astype(np.int16) if kind == "S2" else values
            tifffile.imwrite(f"{start}_{kind}Hand.tif", scaled, photometric="minisblack")
    made = train(tmp_path, tmp_path / "out", seed=0, plan=SchoolPlan.quick())
    again = FloodStudent.load(tmp_path / "out" / "student.safetensors")
    assert len(again.members) == 2 and again.fisher is not None
    assert again.note["chips"] == ["P_0", "P_1"] and again.threshold == made.threshold
    seen = coarse_image(chip, calibrate([chip]), np.random.default_rng(9))
    found, share = again.map(seen.reflectance, seen.cloud), water_share(chip)[0]
    assert found.water[found.known & (share == 1)].mean() > 0.8
    assert found.water[found.known & (share == 0)].mean() < 0.2


def test_a_teacher_that_finds_no_water_of_its_own_lessons_is_silent() -> None:
    chip = small_chip()
    seen = coarse_image(chip, calibrate([chip]), np.random.default_rng(0))
    blind = TaughtChip(np.full(chip.label.shape, 0.1, np.float32), told(chip).tokens)
    assert lesson(chip, seen, blind).told is None
    assert lesson(chip, seen, told(chip)).told is not None
    dry = replace(chip, label=np.zeros_like(chip.label))
    assert lesson(dry, seen, blind).told is not None
    with pytest.raises(DistillError, match="no teacher spoke"):
        train_student([lesson(chip, seen, blind)], arm="distilled", fraction=1.0, seed=0)


def test_the_shipped_student_tells_water_from_land_and_says_what_it_cannot_know() -> None:
    student = FloodStudent.load()
    assert SHIPPED.stat().st_size < 500_000 and student.fisher is not None
    image = np.empty((3, 40, 40))
    image[:] = np.array([0.13, 0.22, 0.18])[:, None, None]
    image[:, :, 20:] = np.array([0.09, 0.05, 0.02])[:, None, None]
    cloud = np.zeros((40, 40), bool)
    cloud[:6] = True
    image[:, 30, 5] = np.nan
    found = student.map(image, cloud)
    assert found.probability.shape == found.epistemic.shape == (40, 40)
    assert np.isfinite(found.probability).all() and (found.epistemic >= 0).all()
    assert not found.known[:6].any() and not found.known[30, 5]
    assert found.water[10:, 24:].mean() > 0.9 and not found.water[10:, :16].any()
    share = share_flooded(found)
    assert share.low <= share.high and share.high - share.low == pytest.approx(1 - share.known)


@pytest.mark.parametrize(
    ("image", "mask"),
    [
        (np.zeros((2, 8, 8)), None),
        (np.full((3, 8, 8), 0.1), np.zeros((4, 4))),
        (np.full((3, 8, 8), 1300.0), None),
        (np.full((3, 8, 8), 0.1) - np.array([0, 5.0, 0])[:, None, None], np.eye(8)),
    ],
)
def test_images_that_are_none_are_refused(image: np.ndarray, mask: np.ndarray | None) -> None:
    with pytest.raises(UsageError):
        FloodStudent(fresh_members(1, 0)).map(image, mask)


def test_an_image_without_any_clear_pixel_is_all_unknown() -> None:
    found = FloodStudent(fresh_members(2, 0)).map(np.full((3, 9, 9), np.nan))
    share = share_flooded(found)
    assert not found.known.any() and share.flooded is None
    assert (share.low, share.high, share.known) == (0.0, 1.0, 0.0)


def test_an_outline_has_the_area_of_the_water_and_its_holes() -> None:
    wet = np.zeros((6, 7))
    wet[1:5, 1:5] = 1
    wet[2, 2] = 0
    wet[0, 6] = 1
    found = FloodMap(
        wet.astype(np.float32), np.zeros((6, 7), np.float32), np.ones((6, 7), bool), 0.5
    )
    shape = outline(found, corner=(10.0, 50.0), pixel=(0.5, -0.5))
    assert shape.area == pytest.approx(16 * 0.25) and shape.bounds == (10.5, 47.5, 13.5, 50.0)
    assert len(outline(found, smallest=2).geoms) == 1
    dry = FloodMap(found.probability, found.epistemic, np.zeros((6, 7), bool), 0.5)
    assert outline(dry).is_empty


def test_a_student_comes_back_from_its_file_and_others_are_refused(tmp_path: Path) -> None:
    student = FloodStudent(fresh_members(2, 3), threshold=0.4, note={"seed": 3})
    student.save(tmp_path / "s.safetensors")
    again = FloodStudent.load(tmp_path / "s.safetensors")
    image = np.random.default_rng(0).uniform(0.05, 0.4, (3, 12, 12))
    assert np.array_equal(student.map(image).probability, again.map(image).probability)
    assert (again.threshold, again.note, again.fisher) == (0.4, {"seed": 3}, None)
    (tmp_path / "x.safetensors").write_bytes(b"nothing")
    for name in ("x", "absent"):
        with pytest.raises(BathylexError, match=name):
            FloodStudent.load(tmp_path / f"{name}.safetensors")


def test_otsu_parts_two_heaps_and_takes_a_constant() -> None:
    draw = np.random.default_rng(0)
    values = np.concatenate([draw.normal(-20, 1, 300), draw.normal(-9, 1, 700)])
    assert -18 < otsu(values) < -11
    assert otsu(np.full(10, -3.0)) == -3.0
    image = np.array([[[0.1, 0.1]], [[0.05, 0.3]]])
    assert water_index(image, np.array([[False, False]])).tolist() == [[True, False]]
    assert not water_index(np.zeros((2, 1, 1)), np.array([[False]])).any()


def local_scene(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return an image of bright, muddy water, and its label."""
    draw = np.random.default_rng(seed)
    label = np.zeros((48, 48))
    label[:, 24:] = 1
    dry, mud = np.array([0.1, 0.25, 0.2]), np.array([0.2, 0.19, 0.1])
    image = np.where(label == 1, mud[:, None, None], dry[:, None, None])
    return image * draw.uniform(0.9, 1.1, (3, 48, 48)), label


def test_elastic_weights_keep_a_student_nearer_to_what_it_was() -> None:
    student = FloodStudent(FloodStudent.load().members[:1])
    image, label = local_scene(0)
    local = scene(image, None, label)
    informed = FloodStudent(
        student.members, fisher=[fisher(student.members[0], [local], seed=0, pixels=32)]
    )
    assert all((one >= 0).all() for one in informed.fisher[0].values())  # type: ignore[index]
    free = adapt(informed, [local], strength=0.0, steps=30)
    held = adapt(informed, [local], strength=1e5, steps=30)
    assert free.loss[1] < free.loss[0]
    anchor, at = informed.fisher[0], dict(student.members[0].named_parameters())  # type: ignore[index]

    def left(one: FloodStudent) -> float:
        moved = dict(one.members[0].named_parameters())
        return float(sum((anchor[name] * (moved[name] - at[name]) ** 2).sum() for name in anchor))

    assert left(held.student) < left(free.student)
    summed = held.student.fisher[0]  # type: ignore[index]
    assert all((summed[name] >= anchor[name]).all() for name in anchor)
    for name, value in student.members[0].named_parameters():
        assert torch.equal(value, at[name])


def test_adapting_asks_for_labels_and_for_fisher_information() -> None:
    image, label = local_scene(0)
    plain = FloodStudent(fresh_members(1, 0))
    with pytest.raises(UsageError, match="Fisher"):
        adapt(plain, [scene(image, None, label)])
    with pytest.raises(UsageError, match="no scene"):
        adapt(plain, [], strength=0)
    for wrong in (np.full_like(label, -1), label * 3, label[:4]):
        with pytest.raises(UsageError):
            scene(image, None, wrong)


@pytest.mark.shared
def test_the_chip_without_water_has_no_iou_and_fixed_thresholds_reach_the_known_figures(
    shared: Path,
) -> None:
    from coastal.flood.baselines import fixed_vv

    data = shared / "data" / "flood-sar"
    known = {"India_900498": 0.77, "USA_905409": 0.46, "Mekong_333434": 0.12}
    for name, figure in known.items():
        chip = read_chip(data, name)
        assert scored(fixed_vv(chip.vv), chip.label).iou == pytest.approx(figure, abs=0.006)
    dry = read_chip(data, "Ghana_97059")
    found = scored(fixed_vv(dry.vv), dry.label)
    assert found.iou is None and 0 < found.valid < 30_000
    spain = read_chip(data, "Spain_7370579")
    assert spain.optical is not None and spain.corner is not None
    seen = coarse_image(spain, calibrate([spain]), np.random.default_rng(0))
    assert seen.real
    student = FloodStudent.load()
    found_map = student.map(seen.reflectance, seen.cloud)
    share, clear = water_share(spain)[0], found_map.known
    label = np.where(clear, (share > 0.5).astype(int), -1)
    own = scored(found_map.probability, label, threshold=student.threshold).iou
    assert own is not None and own > 0.5
