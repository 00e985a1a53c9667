"""A sweep on a cluster of two nodes, one of which is lost on the way."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import skip_or_fail
from tests.small_student import write_student, write_surveys

#: Runs apart: Ray starts processes and threads, and warns while it is imported.
CLUSTER = """
import json, sys, time
from datetime import date
from pathlib import Path

import ray
from ray.cluster_utils import Cluster

from compliance.engine.law import Law
from compliance.sweep.manifest import load_manifest
from compliance.sweep.on_ray import engine
from compliance.sweep.designs import identity, sweep
from compliance.sweep.run import local
from compliance.sweep.space import load_space
from compliance.sweep.store import Memory, Store
from compliance.sweep.surveys import Surveys, sweep_surveys
from tests.small_student import book, load
from workbench.law import rulebook

space = load_space(Path(sys.argv[1]))
law = Law(rulebook(None), date(2026, 1, 1))
wanted = sweep(space, law, Memory(), engine=local(1), part=400)
few = {"num_cpus": 1, "object_store_memory": 80 * 2**20, "include_dashboard": False}
cluster = Cluster(
    initialize_head=True,
    head_node_args={
        **few,
        "_system_config": {
            "health_check_initial_delay_ms": 1000,
            "health_check_period_ms": 1000,
            "health_check_failure_threshold": 3,
        },
    },
)
other = cluster.add_node(num_cpus=1, object_store_memory=80 * 2**20)
run = engine(cluster.address)
nodes = len([node for node in ray.nodes() if node["Alive"]])
lost = []

def progress(now):
    if now.done and not lost:
        cluster.remove_node(other, allow_graceful=False)
        lost.append(now.done)

store = Store(Path(sys.argv[2]), identity(space, law, part=400))
found = sweep(space, law, store, engine=run, part=400, progress=progress)
def alive():
    return len([node for node in ray.nodes() if node["Alive"]])

patience = time.monotonic() + 60  # the cluster notices at its next health checks
while (left := alive()) == nodes and time.monotonic() < patience:
    time.sleep(0.5)
surveys = Surveys(
    load_manifest(Path(sys.argv[3])), load(Path(sys.argv[4])), book(), law.as_of, "cpu", 2
)
said = sweep_surveys(surveys, Memory(), engine=run, part=2)
same_surveys = said == sweep_surveys(surveys, Memory(), engine=local(1), part=2)
told = {"same": found == wanted, "nodes": nodes, "left": left, "lost_at": lost}
print(json.dumps({**told, "same_surveys": same_surveys, "verdicts": said["verdicts"]}))
ray.shutdown()
cluster.shutdown()
"""
SPACE = """
base: {base}
axes:
  safety_zone.radius: [300 m, 400 m, 500 m, 600 m, 700 m]
  consents.coastal_state: [true, false, null]
  hull.thickness: {{latin: [20 mm, 120 mm]}}
samples: 400
"""


def _needs_ray() -> None:
    if importlib.util.find_spec("ray") is None:
        skip_or_fail("Ray is not installed (the extra 'ray')")


def test_a_cluster_that_loses_a_node_gives_what_one_process_gives(
    tmp_path: Path, project: Path
) -> None:
    _needs_ray()
    base = project / "examples" / "azores_vent_station.yaml"
    (tmp_path / "space.yaml").write_text(SPACE.format(base=base), encoding="utf-8")
    for name in ("one", "two", "three"):
        (tmp_path / "surveys" / name).mkdir(parents=True)
        write_surveys(tmp_path / "surveys" / name)
    (tmp_path / "surveys" / "two" / "hull.json").write_text("[]")
    weights = write_student(tmp_path / "student.safetensors")
    files = [tmp_path / name for name in ("space.yaml", "out", "surveys")]
    environment = {
        **os.environ,
        "PYTHONPATH": str(project),
        "OMP_NUM_THREADS": "1",
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    }
    done = subprocess.run(
        [sys.executable, "-c", CLUSTER, *map(str, files), str(weights)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=project,
        timeout=570,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads([line for line in done.stdout.splitlines() if line.startswith("{")][-1])
    assert found["same"]
    assert (found["nodes"], found["left"]) == (2, 1)
    assert 0 < found["lost_at"][0] < 6000
    assert found["same_surveys"] and found["verdicts"]["error"] == 1
    assert len(list((tmp_path / "out" / "parts").glob("*.parquet"))) == 15
