"""Samplers of quadratic models behind one small protocol.

All are D-Wave's: simulated annealing by default, four other local ones, a QPU where a token is
configured, and a mock QPU that goes through the same embedding offline. A sampler knows nothing of
the problem that a model stands for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from base import SolverError

if TYPE_CHECKING:
    import dimod

#: Simulated annealing is the first.
LOCAL = (
    "simulated-annealing",
    "tabu",
    "steepest-descent",
    "tree-decomposition",
    "path-integral",
    "mock-qpu",
)
NAMES = (*LOCAL, "qpu")
#: Seeds beyond this overflow the samplers' own generators.
LARGEST_SEED = 2**31 - 1
#: Smallest bias that counts in a schedule, as a share of the largest.
NEGLIGIBLE = 1e-3


class Sampler(Protocol):
    """Draws low states of a binary quadratic model."""

    @property
    def name(self) -> str:
        """One of :data:`NAMES`, or a caller's own."""

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        reads: int,
        sweeps: int,
        seed: int,
        beta_range: tuple[float, float] | None = None,
    ) -> dimod.SampleSet:
        """Draw samples.

        Args:
            bqm: may be empty.
            reads: samples to draw, one row each.
            sweeps: effort of each read; samplers without sweeps ignore it.
            seed: of the draws; a QPU ignores it.
            beta_range: inverse temperatures, hot and cold; ``None`` derives them from the model.

        Raises:
            SolverError: where the sampler cannot take this model, or cannot be reached.
        """


#: From a model, reads, sweeps, seed and inverse temperatures to sample sets of as many reads.
Draw = Callable[["dimod.BinaryQuadraticModel", int, int, int, tuple[float, float]], list[Any]]


@dataclass(frozen=True)
class _Drawn:
    """A sampler made of one drawing function."""

    name: str
    draw: Draw

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        reads: int,
        sweeps: int,
        seed: int,
        beta_range: tuple[float, float] | None = None,
    ) -> dimod.SampleSet:
        import dimod

        if reads < 1 or sweeps < 1:
            raise SolverError(f"{reads} reads of {sweeps} sweeps", hint="give at least one of each")
        if not 0 <= seed <= LARGEST_SEED:
            raise SolverError(f"seed {seed}", hint=f"give 0 to {LARGEST_SEED}")
        binary = bqm.change_vartype(dimod.BINARY, inplace=False)
        if not binary.num_variables:
            empty = np.zeros((reads, 0), dtype=np.int8)
            return _scored(empty, binary)
        if not any(binary.linear.values()) and not binary.num_interactions:
            # all states are equal, which some samplers warn of
            draw = np.random.default_rng(seed).integers(0, 2, (reads, binary.num_variables))
            return _scored(draw.astype(np.int8), binary)
        drawn = self.draw(binary, reads, sweeps, seed, beta_range or schedule(binary))
        labels = list(binary.variables)
        rows = np.concatenate([_rows(one, labels) for one in drawn])
        return _scored(rows, binary)


def _scored(rows: NDArray[np.int8], bqm: dimod.BinaryQuadraticModel) -> dimod.SampleSet:
    """Return samples with the model's own energies: samplers round theirs in their own ways."""
    import dimod

    make: Callable[..., dimod.SampleSet] = dimod.SampleSet.from_samples_bqm
    return make((rows, list(bqm.variables)), bqm)


def _rows(drawn: Any, labels: list[Any]) -> Any:
    """Return one row for each read, with columns in the order of the labels."""
    at = {label: n for n, label in enumerate(drawn.variables)}
    rows = drawn.record.sample[:, [at[label] for label in labels]]
    return np.repeat(rows, drawn.record.num_occurrences, axis=0)


def sampler(name: str, *, timeout_s: float = 10.0) -> Sampler:
    """Return a sampler.

    Args:
        name: one of :data:`NAMES`.
        timeout_s: how long a QPU's service may take to answer a request.

    Raises:
        SolverError: where there is none of that name, or a QPU is not configured or not reached.
    """
    if name == "qpu":
        return _Drawn(name, _qpu(timeout_s))
    draws: Mapping[str, Draw] = {
        "simulated-annealing": _simulated_annealing,
        "tabu": _tabu,
        "steepest-descent": _steepest_descent,
        "tree-decomposition": _tree_decomposition,
        "path-integral": _path_integral,
        "mock-qpu": _mock_qpu,
    }
    if name not in draws:
        raise SolverError(f"no sampler {name!r}", hint=f"one of {', '.join(NAMES)}")
    return _Drawn(name, draws[name])


def schedule(bqm: dimod.BinaryQuadraticModel) -> tuple[float, float]:
    """Return inverse temperatures to anneal a binary model between.

    Hot is 1 over the largest bias, cold 5 over the smallest that counts: a tiny bias would make the
    cold end so cold that most sweeps are lost.
    """
    biases = np.abs([*bqm.linear.values(), *bqm.quadratic.values()])
    largest = float(biases.max(initial=0.0))
    if largest <= 0:
        return 1.0, 1.0
    smallest = float(biases[biases > NEGLIGIBLE * largest].min())
    return 1 / largest, 5 / smallest


def _new(kind: Callable[..., Any]) -> Any:
    """Make a sampler of a library without types."""
    return kind()


def _simulated_annealing(
    bqm: dimod.BinaryQuadraticModel, reads: int, sweeps: int, seed: int, beta: tuple[float, float]
) -> list[Any]:
    from dwave.samplers import SimulatedAnnealingSampler

    return [
        _new(SimulatedAnnealingSampler).sample(
            bqm, beta_range=list(beta), num_reads=reads, num_sweeps=sweeps, seed=seed
        )
    ]


def _path_integral(
    bqm: dimod.BinaryQuadraticModel, reads: int, sweeps: int, seed: int, beta: tuple[float, float]
) -> list[Any]:
    from dwave.samplers import PathIntegralAnnealingSampler

    return [
        _new(PathIntegralAnnealingSampler).sample(
            bqm, beta_range=list(beta), num_reads=reads, num_sweeps=sweeps, seed=seed
        )
    ]


def _tabu(
    bqm: dimod.BinaryQuadraticModel, reads: int, sweeps: int, seed: int, beta: tuple[float, float]
) -> list[Any]:
    from dwave.samplers import TabuSampler

    # restarts end a read, never the clock: the same seed gives the same answer on a slow machine
    return [
        _new(TabuSampler).sample(
            bqm, num_reads=reads, seed=seed, timeout=600_000, num_restarts=max(1, sweeps // 100)
        )
    ]


def _steepest_descent(
    bqm: dimod.BinaryQuadraticModel, reads: int, sweeps: int, seed: int, beta: tuple[float, float]
) -> list[Any]:
    from dwave.samplers import SteepestDescentSolver

    return [_new(SteepestDescentSolver).sample(bqm, num_reads=reads, seed=seed)]


def _tree_decomposition(
    bqm: dimod.BinaryQuadraticModel, reads: int, sweeps: int, seed: int, beta: tuple[float, float]
) -> list[Any]:
    from dwave.samplers import TreeDecompositionSampler, TreeDecompositionSolver

    try:
        lowest = _new(TreeDecompositionSolver).sample(bqm)
        if reads == 1:
            return [lowest]
        more = _new(TreeDecompositionSampler).sample(
            bqm, num_reads=reads - 1, beta=beta[1], marginals=False, seed=seed
        )
    except ValueError as error:
        reason = str(error).split(".")[0]
        raise SolverError(
            f"the model's tree width is too large for tree decomposition ({reason})",
            hint="take another sampler, or capacities as multipliers",
        ) from None
    return [lowest, more]


def _mock_qpu(
    bqm: dimod.BinaryQuadraticModel, reads: int, sweeps: int, seed: int, beta: tuple[float, float]
) -> list[Any]:
    from dwave.samplers import SimulatedAnnealingSampler
    from dwave.system.testing import MockDWaveSampler  # type: ignore[import-untyped]

    device = MockDWaveSampler(
        topology_type="zephyr",
        topology_shape=[4],
        substitute_sampler=_new(SimulatedAnnealingSampler),
        substitute_kwargs={"seed": seed, "num_sweeps": sweeps},
    )
    return _embedded(device, bqm, reads, seed)


def _embedded(device: Any, bqm: dimod.BinaryQuadraticModel, reads: int, seed: int) -> list[Any]:
    from dwave.system import EmbeddingComposite  # type: ignore[import-untyped]

    try:
        drawn = EmbeddingComposite(device).sample(
            bqm, num_reads=reads, embedding_parameters={"random_seed": seed}
        )
        drawn.resolve()
        return [drawn]
    except ValueError as error:
        raise SolverError(
            f"the model does not fit the device ({str(error).splitlines()[0]})",
            hint="send a presolved core, with capacities as multipliers",
        ) from None


def _qpu(timeout_s: float) -> Draw:
    """Connect to a QPU, or say in one line why not; its token is never in the message."""
    from dwave.cloud.exceptions import (  # type: ignore[import-untyped]
        CanceledFutureError,
        ConfigFileError,
        RequestTimeout,
        SolverAuthenticationError,
        SolverNotFoundError,
    )
    from dwave.cloud.exceptions import SolverError as CloudError
    from dwave.system import DWaveSampler

    try:
        device = DWaveSampler(
            request_timeout=timeout_s,
            http_retry_total=0,
            http_retry_connect=0,
            http_retry_read=0,
        )
    except SolverAuthenticationError:
        raise SolverError("the QPU's service refused the token", hint=_HINT) from None
    except SolverNotFoundError:
        raise SolverError("the QPU's service offers no such solver", hint=_HINT) from None
    except (ValueError, ConfigFileError):
        raise SolverError("no QPU is configured", hint=_HINT) from None
    except (RequestTimeout, OSError, CloudError):
        raise SolverError("the QPU's service was not reached", hint=_OTHERWISE) from None

    def draw(
        bqm: dimod.BinaryQuadraticModel,
        reads: int,
        sweeps: int,
        seed: int,
        beta: tuple[float, float],
    ) -> list[Any]:
        try:
            return _embedded(device, bqm, reads, seed)
        except (RequestTimeout, OSError, CloudError, CanceledFutureError):
            raise SolverError("the QPU's service did not answer", hint=_OTHERWISE) from None

    return draw


_HINT = (
    "set DWAVE_API_TOKEN (and DWAVE_API_SOLVER or DWAVE_API_ENDPOINT where needed), "
    "or take simulated-annealing"
)
_OTHERWISE = "check the network, or take simulated-annealing"
