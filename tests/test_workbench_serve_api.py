"""The REST API: the same as the pages, and every error in one line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.small_workbench import SMALL, TOKEN, Workbench, example, workbench

KEY = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    with workbench(tmp_path_factory.mktemp("api"), logged_in=False) as made:
        made.client.headers.update(KEY)
        yield made


def call(bench: Workbench, path: str, body: object = None, *, status: int = 200) -> Any:
    """Call the API and return what it answers."""
    client = bench.client
    answer = client.get(path) if body is None else client.post(path, json=body)
    assert answer.status_code == status, answer.text[:500]
    return answer.json()


def test_a_design_is_audited_from_end_to_end(bench: Workbench) -> None:
    text = call(bench, "/api/v1/examples")["us_shelf_energy"]
    made = call(bench, "/api/v1/designs", {"content": text, "by": "A"}, status=201)
    design = made["design"]
    assert made["by"] == "A"
    job = call(bench, f"/api/v1/designs/{design}/audits", {"as_of": "2026-01-01"}, status=202)
    assert (job["state"], job["answer"]) == ("queued", None)
    bench.answer(job["id"])
    job = call(bench, f"/api/v1/jobs/{job['id']}")
    audit = call(bench, job["answer"])
    assert audit["verdict"] == "violated"
    assert sum(audit["totals"].values()) > 1000
    violated = call(bench, f"{job['answer']}/findings?verdict=violated")
    assert {item["state"] for item in violated} == {"new"}
    assert len(violated) >= audit["totals"]["violated"]
    report = call(bench, f"{job['answer']}/report.json")
    assert report["totals"] == audit["totals"]
    lives = call(bench, f"/api/v1/designs/{design}/findings")
    assert {life["state"] for life in lives} == {"new"}
    signed = {"who": "A", "statement": "Reviewed."}
    sign_off = call(bench, f"{job['answer']}/sign-offs", signed, status=201)
    assert sign_off["audit_hash"] == audit["hash"]
    assert call(bench, "/api/v1/register/verification")["sound"]
    assert not call(bench, f"/api/v1/register/verification?known={'1' * 64}")["sound"]


def test_versions_do_not_overwrite_each_other(bench: Workbench) -> None:
    text = SMALL.format(name="Versions")
    first = call(bench, "/api/v1/designs", {"content": text}, status=201)
    path = f"/api/v1/designs/{first['design']}/versions"
    second = {"content": text + "operator_state: FRA\n", "after": first["id"]}
    made = call(bench, path, second, status=201)
    assert made["number"] == 2
    stale = call(bench, path, {**second, "content": text + "# x\n"}, status=409)
    assert "meanwhile" in stale["error"]
    assert call(bench, f"{path}/{made['id']}")["content"] == second["content"]
    other = call(bench, "/api/v1/designs", {"content": SMALL.format(name="Other")}, status=201)
    call(bench, f"{path}/{other['id']}", status=404)


def test_waivers_are_granted_and_withdrawn(bench: Workbench) -> None:
    made = call(bench, "/api/v1/designs", {"content": example("florida_reef")}, status=201)
    path = f"/api/v1/designs/{made['design']}/waivers"
    given = {"provision": "unclos:194.1", "who": "State", "reason": "trial", "until": "2030-01-01"}
    waiver = call(bench, path, given, status=201)
    assert (waiver["until"], waiver["start"]) == ("2030-01-01", None)
    call(bench, path, {**given, "provision": "nothing:1"}, status=422)
    call(bench, f"{path}/{waiver['id']}/withdrawal", {"reason": "over"}, status=201)
    call(bench, f"{path}/{waiver['id']}/withdrawal", {"reason": "over"}, status=404)
    assert call(bench, path) == []
    assert len(call(bench, f"{path}?withdrawn=true")) == 1


def test_variants_and_repairs_are_jobs(bench: Workbench) -> None:
    made = call(bench, "/api/v1/designs", {"content": SMALL.format(name="Varied")}, status=201)
    path = f"/api/v1/designs/{made['design']}"
    asked = {"sets": ["safety_zone.radius=400 m", "safety_zone.radius=600 m"]}
    job = call(bench, f"{path}/comparisons", asked, status=202)
    bench.answer(job["id"])
    answer = call(bench, f"/api/v1/comparisons/{job['id']}")
    assert [item["index"] for item in answer["variants"]] == [0, 1, 2]
    call(bench, f"{path}/comparisons", {}, status=422)
    call(bench, f"{path}/repairs", {"keep": ["nothing"]}, status=422)
    call(bench, f"/api/v1/repairs/{job['id']}", status=404)
    job = call(bench, f"{path}/repairs", {"keep": ["hull"]}, status=202)
    cancelled = bench.client.delete(f"/api/v1/jobs/{job['id']}").json()
    assert (cancelled["state"], cancelled["error"]) == ("failed", "cancelled")


def test_a_design_is_checked_without_being_kept(bench: Workbench) -> None:
    before = len(call(bench, "/api/v1/designs?limit=500"))
    good = call(bench, "/api/v1/check", {"content": SMALL.format(name="Checked")})
    assert good == {"valid": True, "problem": None, "problems": {}}
    bad = call(bench, "/api/v1/check", {"content": "name: A\nhull: {thickness: 95}\n"})
    assert not bad["valid"]
    assert set(bad["problems"]) == {"hull.thickness", "purpose", "site"}
    worse = call(bench, "/api/v1/check", {"content": "{", "format": "json"})
    assert "not valid JSON" in worse["problem"]
    assert len(call(bench, "/api/v1/designs?limit=500")) == before


def test_the_law_is_given_with_exact_spans(bench: Workbench) -> None:
    source = bench.bench.law.texts["unclos"].source
    pieces = call(bench, "/api/v1/law/unclos/60.5")
    assert [piece["id"] for piece in pieces] == ["unclos:60.5"]
    piece = pieces[0]
    assert source[piece["start"] : piece["end"]] == piece["text"]
    words = {(source[m["start"] : m["end"]], m["kind"]) for m in piece["marks"]}
    assert ("500 metres", "bound") in words
    assert "unclos-60-5-width" in piece["rules"]
    assert len(call(bench, "/api/v1/law/unclos/60")) > 5
    call(bench, "/api/v1/law/unclos/nothing", status=404)
    assert call(bench, "/api/v1/zone?latitude=37.84&longitude=-31.52")["coastal_state"] == "PRT"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/api/v1/designs/99999", None, 404),
        ("GET", "/api/v1/designs/0", None, 422),
        ("GET", "/api/v1/nothing", None, 404),
        ("PUT", "/api/v1/designs", None, 405),
        ("POST", "/api/v1/designs", {"content": "name: A\n"}, 422),
        ("POST", "/api/v1/designs", {"content": "x", "colour": "red"}, 422),
        ("POST", "/api/v1/designs", [], 422),
        ("POST", "/api/v1/designs/99999/audits", {}, 404),
        ("GET", "/api/v1/audits/99999/report.json", None, 404),
        ("GET", "/api/v1/audits/1/report.exe", None, 422),
        ("GET", "/api/v1/zone?latitude=91&longitude=0", None, 422),
        ("GET", "/api/v1/zone?latitude=nan&longitude=0", None, 422),
    ],
)
def test_every_error_is_one_line(
    bench: Workbench, method: str, path: str, body: object, status: int
) -> None:
    answer = bench.client.request(method, path, json=body)
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error"}
    line = answer.json()["error"]
    assert line
    assert "\n" not in line
    assert "Traceback" not in line


def test_a_fault_of_ours_is_one_line_too(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(bench.register, "designs", broken)
    answer = bench.client.get("/api/v1/designs")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert set(answer.json()) == {"error"}


def test_a_token_that_is_wrong_opens_nothing(bench: Workbench) -> None:
    for headers in ({"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": f"Basic {TOKEN}"}):
        answer = bench.client.get("/api/v1/designs", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_the_description_names_every_call_and_error(bench: Workbench) -> None:
    told = call(bench, "/api/v1/openapi.json")
    assert len(told["paths"]) > 25
    for path, methods in told["paths"].items():
        for method, item in methods.items():
            assert item["description"], (method, path)
            for status in ("401", "404", "422", "429", "500"):
                schema = item["responses"][status]["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}, (method, path, status)
    assert "/designs" not in told["paths"], "pages are no part of it"


def test_the_api_does_what_its_description_says(tmp_path: Path) -> None:
    """Schemathesis makes requests of every call, right and wrong ones, and checks the answers."""
    from itertools import product

    import schemathesis
    from hypothesis import HealthCheck, Phase, given, settings
    from schemathesis import GenerationMode
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        negative_data_rejection,
        response_schema_conformance,
        status_code_conformance,
    )

    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
        negative_data_rejection,
    ]
    headers = {**KEY, "Host": "localhost"}
    bounds = settings(
        max_examples=5,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    with workbench(tmp_path, logged_in=False) as made:
        made.audited(made.add(SMALL.format(name="Described")))
        schema = schemathesis.openapi.from_asgi(
            "/api/v1/openapi.json", made.client.app, headers=headers
        )
        operations = [result.ok() for result in schema.get_all_operations()]
        assert len(operations) > 30
        for operation, mode in product(operations, GenerationMode):
            if mode.is_negative and not (operation.body or operation.query):
                continue

            def ask(case: Any) -> None:
                case.call_and_validate(headers=headers, checks=checks)

            bounds(given(case=operation.as_strategy(generation_mode=mode))(ask))()
