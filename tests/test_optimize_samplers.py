"""The samplers' contract, asserted of all that run here; a QPU that is not there."""

from __future__ import annotations

import dimod
import numpy as np
import pytest

from base import SolverError
from optimize.samplers import LOCAL, NAMES, sampler, schedule

TOKEN = "ABCD-0123456789abcdef"


def model() -> dimod.BinaryQuadraticModel:
    """Labels of several types; the ground state is x and z, without y, at -3.75."""
    x, y = ("a", "x"), ("a", "y")
    return dimod.BinaryQuadraticModel(
        {x: -1.5, y: 1.0, "z": 0.5}, {(x, y): 2.0, (x, "z"): -3.0}, 0.25, dimod.BINARY
    )


@pytest.mark.parametrize("name", LOCAL)
def test_contract(name):
    bqm = model()
    one = sampler(name)
    assert one.name == name
    first = one.sample(bqm, reads=7, sweeps=60, seed=3)
    assert len(first) == 7
    assert first.record.num_occurrences.tolist() == [1] * 7
    assert set(first.variables) == set(bqm.variables)
    assert first.vartype is dimod.BINARY
    assert np.allclose(first.record.energy, bqm.energies(first))
    assert first.first.energy == -3.75
    again = one.sample(bqm, reads=7, sweeps=60, seed=3)
    assert (first.record.sample == again.record.sample).all()
    assert list(first.variables) == list(again.variables)
    assert bqm == model()


@pytest.mark.parametrize("name", LOCAL)
def test_models_of_no_variable_one_variable_and_no_bias(name):
    one = sampler(name)
    empty = one.sample(
        dimod.BinaryQuadraticModel({}, {}, 2.0, dimod.BINARY), reads=3, sweeps=9, seed=0
    )
    assert len(empty) == 3
    assert empty.record.energy.tolist() == [2.0] * 3
    single = one.sample(
        dimod.BinaryQuadraticModel({"x": -1.0}, {}, 0.0, dimod.BINARY), reads=3, sweeps=30, seed=0
    )
    assert single.first.sample == {"x": 1}
    flat = one.sample(
        dimod.BinaryQuadraticModel({"x": 0.0, "y": 0.0}, {}, 1.0, dimod.BINARY),
        reads=3, sweeps=9, seed=0,
    )  # fmt: skip
    assert flat.record.energy.tolist() == [1.0] * 3


@pytest.mark.parametrize("name", ["simulated-annealing", "path-integral"])
def test_given_temperatures_and_seeds_matter(name):
    rng = np.random.default_rng(0)
    bqm = dimod.BinaryQuadraticModel(
        {n: float(rng.normal()) for n in range(12)},
        {(i, j): float(rng.normal()) for i in range(12) for j in range(i)},
        0.0,
        dimod.BINARY,
    )
    one = sampler(name)
    cold = one.sample(bqm, reads=40, sweeps=40, seed=1, beta_range=(0.1, 10.0))
    hot = one.sample(bqm, reads=40, sweeps=40, seed=1, beta_range=(0.001, 0.01))
    assert cold.record.energy.mean() < hot.record.energy.mean()
    other = one.sample(bqm, reads=40, sweeps=40, seed=2, beta_range=(0.001, 0.01))
    assert (other.record.sample != hot.record.sample).any()


def test_a_spin_model_is_answered_in_bits():
    bqm = dimod.BinaryQuadraticModel({"s": 1.0}, {}, 0.0, dimod.SPIN)
    found = sampler("simulated-annealing").sample(bqm, reads=2, sweeps=20, seed=0)
    assert found.first.sample == {"s": 0}
    assert found.first.energy == -1.0


def test_the_schedule_follows_the_scale_of_the_model_and_ignores_specks():
    bqm = dimod.BinaryQuadraticModel({"x": 4.0, "y": 0.5}, {("x", "y"): -8.0}, 0.0, dimod.BINARY)
    assert schedule(bqm) == (1 / 8, 10.0)
    bqm.add_linear("z", 1e-9)
    assert schedule(bqm) == (1 / 8, 10.0)
    assert schedule(dimod.BinaryQuadraticModel({"x": 0.0}, {}, 0.0, dimod.BINARY)) == (1.0, 1.0)


def test_a_model_too_wide_for_tree_decomposition_is_one_line():
    bqm = dimod.BinaryQuadraticModel(
        {}, {(i, j): 1.0 for i in range(90) for j in range(i)}, 0.0, dimod.BINARY
    )
    with pytest.raises(SolverError, match="tree width") as caught:
        sampler("tree-decomposition").sample(bqm, reads=1, sweeps=1, seed=0)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_a_model_too_large_for_the_device_is_one_line(monkeypatch):
    import dwave.system

    class Full(dwave.system.EmbeddingComposite):
        def sample(self, *args, **kwargs):
            raise ValueError("no embedding found")

    monkeypatch.setattr(dwave.system, "EmbeddingComposite", Full)
    with pytest.raises(SolverError, match="does not fit the device"):
        sampler("mock-qpu").sample(model(), reads=1, sweeps=1, seed=0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"reads": 0, "sweeps": 1, "seed": 0}, "0 reads"),
        ({"reads": 1, "sweeps": 0, "seed": 0}, "0 sweeps"),
        ({"reads": 1, "sweeps": 1, "seed": -1}, "seed -1"),
        ({"reads": 1, "sweeps": 1, "seed": 2**31}, "seed 2147483648"),
    ],
)
def test_arguments_that_make_no_sense(arguments, message):
    with pytest.raises(SolverError, match=message):
        sampler("simulated-annealing").sample(model(), **arguments)


def test_an_unknown_sampler_names_the_known_ones():
    with pytest.raises(SolverError, match="no sampler 'dice'") as caught:
        sampler("dice")
    assert all(name in str(caught.value) for name in NAMES)


@pytest.fixture
def no_qpu(monkeypatch, tmp_path):
    """An environment without any configuration of D-Wave's service."""
    import os

    for name in [name for name in os.environ if name.startswith("DWAVE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def test_without_a_token_one_line_says_what_to_set(no_qpu):
    with pytest.raises(SolverError) as caught:
        sampler("qpu")
    line = str(caught.value)
    assert "DWAVE_API_TOKEN" in line and "\n" not in line


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9/sapi", "nonsense"])
def test_a_service_out_of_reach_is_one_line_without_the_token(no_qpu, endpoint):
    no_qpu.setenv("DWAVE_API_TOKEN", TOKEN)
    no_qpu.setenv("DWAVE_API_ENDPOINT", endpoint)
    with pytest.raises(SolverError) as caught:
        sampler("qpu", timeout_s=0.5)
    seen = caught.value
    assert "\n" not in str(seen)
    assert TOKEN not in str(seen) + repr(seen)
    assert seen.__suppress_context__


def test_a_timeout_and_a_refused_token_are_one_line_without_the_token(no_qpu):
    import dwave.system
    from dwave.cloud.exceptions import RequestTimeout, SolverAuthenticationError

    for error, words in (
        (RequestTimeout(f"with {TOKEN}"), "not reached"),
        (SolverAuthenticationError(f"{TOKEN} refused"), "refused the token"),
    ):

        def fail(error=error, **_):
            raise error

        no_qpu.setattr(dwave.system, "DWaveSampler", fail)
        with pytest.raises(SolverError, match=words) as caught:
            sampler("qpu")
        assert TOKEN not in str(caught.value)


def test_a_qpu_that_answers_goes_through_the_embedding(no_qpu):
    import dwave.system
    from dwave.system.testing import MockDWaveSampler

    asked = {}

    def connect(**arguments):
        asked.update(arguments)
        return MockDWaveSampler(topology_type="zephyr", topology_shape=[3])

    no_qpu.setattr(dwave.system, "DWaveSampler", connect)
    found = sampler("qpu", timeout_s=4.0).sample(model(), reads=5, sweeps=1, seed=0)
    assert len(found) == 5
    assert found.first.energy == -3.75
    assert asked["http_retry_total"] == 0 and asked["request_timeout"] == 4.0
