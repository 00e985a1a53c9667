"""The pages, walked without JavaScript: from an example to a signed audit."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from compliance.report.as_json import to_json
from compliance.report.formats import FORMATS
from tests.small_workbench import SMALL, Workbench, example, form_token, workbench

DAY = date(2026, 1, 1)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    with workbench(tmp_path_factory.mktemp("pages")) as made:
        yield made


@pytest.fixture(scope="module")
def reef(bench: Workbench) -> int:
    return bench.add(example("florida_reef"))


@pytest.fixture(scope="module")
def audit(bench: Workbench, reef: int) -> int:
    return bench.audited(reef, as_of=DAY)


def form_of(page: str) -> dict[str, str]:
    """What a browser would send of the form on the edit page."""
    found = {}
    for name, value in re.findall(r'<input[^>]* name="([^"]+)" value="([^"]*)"', page):
        found[name] = html.unescape(value)
    for name, body in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        found[name] = html.unescape(chosen[1]) if chosen else ""
    return found


def test_an_example_becomes_a_design(bench: Workbench) -> None:
    page = bench.client.get("/").text
    data = {"form_token": form_token(page), "example": "azores_vent_station"}
    answer = bench.client.post("/designs", data=data)
    assert answer.status_code == 200
    assert "The design is in the register." in answer.text
    assert "scientific research" in answer.text
    assert bench.post("/designs", {"example": "../secrets"}).status_code == 422


def test_the_form_keeps_a_design_as_it_is(bench: Workbench, reef: int) -> None:
    before = bench.bench.design_of(bench.bench.last_version(reef))
    sent = form_of(bench.client.get(f"/designs/{reef}/edit").text)
    answer = bench.client.post(f"/designs/{reef}/edit", data=sent)
    assert answer.status_code == 200
    assert bench.bench.design_of(bench.bench.last_version(reef)) == before


def test_what_is_wrong_stands_beside_its_field(bench: Workbench) -> None:
    design = bench.add(SMALL.format(name="Wrong on the way"))
    sent = form_of(bench.client.get(f"/designs/{design}/edit").text)
    sent |= {"hull.thickness": "95", "site.latitude": "<b>91</b>", "crew.persons": "6"}
    answer = bench.client.post(f"/designs/{design}/edit", data=sent)
    assert answer.status_code == 422
    beside = re.search(r'id="e-hull.thickness">([^<]*)<', answer.text)
    assert beside is not None
    assert "expected a unit" in beside[1]
    assert 'value="95"' in answer.text
    assert "<b>91</b>" not in answer.text
    assert len(bench.register.versions(design)) == 1
    live = bench.client.post("/designs/check", data=sent).json()
    assert set(live["wrong"]) == {"hull.thickness", "site.latitude"}
    answer = bench.client.post(
        f"/designs/{design}/edit",
        data={**sent, "hull.thickness": "95 mm", "site.latitude": "11"},
    )
    assert "Saved as a new version" in answer.text
    kept = bench.bench.design_of(bench.bench.last_version(design))
    assert (kept.site.latitude, kept.crew.persons) == (11.0, 6)


def test_nobody_overwrites_what_another_saved_meanwhile(bench: Workbench) -> None:
    design = bench.add(SMALL.format(name="Edited twice"))
    mine = form_of(bench.client.get(f"/designs/{design}/edit").text)
    text = SMALL.format(name="Edited twice") + "operator_state: FRA\n"
    last = bench.bench.last_version(design).id
    saved = bench.post(f"/designs/{design}/file", {"text": text, "after": str(last)})
    assert saved.status_code == 303
    answer = bench.client.post(f"/designs/{design}/edit", data={**mine, "crew.persons": "3"})
    assert answer.status_code == 409
    assert "was saved meanwhile" in answer.text
    assert 'value="3"' in answer.text
    again = bench.post(f"/designs/{design}/file", {"text": text + "# x\n", "after": str(last)})
    assert again.status_code == 409
    assert len(bench.register.versions(design)) == 2


def test_a_file_that_is_no_design_is_told_with_its_line(bench: Workbench, reef: int) -> None:
    after = str(bench.bench.last_version(reef).id)
    data = {"text": "name: A\nsit: {}\n</textarea><script>", "after": after}
    answer = bench.post(f"/designs/{reef}/file", data)
    assert answer.status_code == 422
    assert "line" in answer.text
    assert "<script>" not in answer.text.replace('<script src="/static/app.js" defer>', "")


def test_an_audit_is_a_job_that_leads_to_its_findings(bench: Workbench, reef: int) -> None:
    answer = bench.post(f"/designs/{reef}/audits", {"as_of": DAY.isoformat()})
    assert answer.status_code == 303
    page = answer.headers["location"]
    waiting = bench.client.get(page)
    assert "Waiting for a worker" in waiting.text
    assert "X-Go" not in bench.client.get(f"{page}/state").headers
    assert bench.worker.run_one()
    state = bench.client.get(f"{page}/state")
    assert state.headers["x-go"].startswith("/audits/")
    shown = bench.client.get(page)
    assert shown.url.path == state.headers["x-go"]
    assert "provisions violated" in shown.text


def test_findings_are_filtered_by_law_verdict_and_priority(bench: Workbench, audit: int) -> None:
    result = bench.register.result(audit)

    def shown(**filters: str) -> int:
        page = bench.client.get(f"/audits/{audit}", params=filters).text
        count = re.search(r"(\d+) findings?", page)
        assert count is not None
        return int(count[1])

    applying = [item for item in result.findings if item.verdict != "inapplicable"]
    assert shown() == len(applying)
    assert shown(verdict="violated") == len(result.by_verdict("violated"))
    assert shown(verdict="inapplicable") == len(result.by_verdict("inapplicable"))
    assert shown(jurisdiction="UNCLOS", priority="safety") == sum(
        item.jurisdiction == "UNCLOS" and item.priority == "safety" for item in applying
    )
    assert shown(state="new") == bench.register.audit(audit).states["new"]
    assert shown(verdict="<script>", jurisdiction="x", priority="y") == len(applying)


def test_reports_are_those_of_the_register(bench: Workbench, audit: int) -> None:
    answer = bench.client.get(f"/audits/{audit}/report.json")
    assert answer.text == to_json(bench.register.result(audit))
    assert answer.headers["content-disposition"].startswith("attachment")
    page = bench.client.get(f"/audits/{audit}/report")
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert re.search(r"style-src 'sha256-[A-Za-z0-9+/]{43}='", policy)
    assert "sandbox" in policy
    assert page.headers["x-frame-options"] == "SAMEORIGIN"
    assert " style=" not in page.text
    assert "Proof" in page.text
    for name in FORMATS:
        link = f'href="/audits/{audit}/report.{name}"'
        assert link in bench.client.get(f"/audits/{audit}").text
    for name in ("sarif", "oscal", "xlsx"):
        assert bench.client.get(f"/audits/{audit}/report.{name}").status_code == 200
    assert json.loads(bench.client.get(f"/audits/{audit}/report.sarif").text)["version"] == "2.1.0"


def test_a_waiver_is_applied_by_the_next_audit(bench: Workbench) -> None:
    text = example("florida_reef").replace("Conch Reef lodge", "Waived lodge")
    design = bench.add(text)
    path = f"/designs/{design}/waivers"
    given = {"provision": "unclos:194.1", "who": "State", "reason": "trial"}
    refused = bench.post(path, {**given, "provision": "unclos:999"})
    assert refused.status_code == 422
    assert "no provision or rule" in refused.text
    assert bench.post(path, {**given, "provision": "engineering:5.1"}).status_code == 422
    assert bench.post(path, {**given, "until": "2000-13-01"}).status_code == 422
    assert bench.post(path, given).status_code == 303
    assert bench.post(path, given).status_code == 422, "waived twice for the same time"
    audit = bench.audited(design, as_of=DAY)
    waived = bench.register.result(audit).by_verdict("waived")
    assert {item.provision for item in waived} == {"unclos:194.1"}
    report = bench.client.get(f"/audits/{audit}/report").text
    assert "Proof" in report, "the audit is made again with its waivers"
    record = bench.register.waivers(design)[0]
    elsewhere = bench.add(SMALL.format(name="Other"))
    wrong = f"/designs/{elsewhere}/waivers/{record.id}/withdraw"
    assert bench.post(wrong, {"reason": "x"}).status_code == 404
    withdraw = f"{path}/{record.id}/withdraw"
    assert bench.post(withdraw, {"reason": " "}).status_code == 422
    assert bench.post(withdraw, {"reason": "over"}).status_code == 303
    later = bench.register.result(bench.audited(design, as_of=DAY))
    assert later.by_verdict("waived") == ()
    page = bench.client.get(f"/designs/{design}/history?state=open").text
    assert "UNCLOS Art. 194(1)" in page


def test_a_sign_off_needs_a_person_and_words(bench: Workbench, audit: int) -> None:
    path = f"/audits/{audit}/sign-offs"
    assert bench.post(path, {"who": " ", "statement": "x"}).status_code == 422
    signed = bench.post(path, {"who": "A. Advisor", "statement": "Reviewed <i>.</i>"})
    assert signed.status_code == 303
    page = bench.client.get(f"/audits/{audit}").text
    assert "Reviewed &lt;i&gt;" in page
    assert "A. Advisor" in bench.client.get("/register").text


def test_variants_are_compared(bench: Workbench, reef: int) -> None:
    path = f"/designs/{reef}/compare"
    for wrong in (
        {},
        {"sites": "91,0"},
        {"sets": "safety_zone.radius=5 kg"},
        {"sets": "nothing=1"},
        {"dates": "yesterday"},
        {"sites": "\n".join(f"1,{n}" for n in range(101))},
    ):
        assert bench.post(path, wrong).status_code == 422, wrong
    given = {"sites": "10.4,-117.2 nodule field\n-30.0, 175.0", "sets": "safety_zone.radius=600 m"}
    answer = bench.post(path, given)
    assert answer.status_code == 303
    job = int(answer.headers["location"].rpartition("/")[2])
    bench.answer(job)
    page = bench.client.get(f"/jobs/{job}")
    assert page.url.path == f"/comparisons/{job}"
    assert "nodule field" in page.text
    alone = bench.client.get(f"/comparisons/{job}/page")
    assert "unsafe" not in alone.headers["content-security-policy"]
    data = bench.client.get(f"/comparisons/{job}/comparison.json").json()
    assert len(data["variants"]) == 3
    assert bench.client.get(f"/repairs/{job}").status_code == 404


def test_a_repair_is_kept_as_a_new_version(bench: Workbench) -> None:
    text = example("florida_reef").replace("Conch Reef lodge", "Repaired lodge")
    design = bench.add(text)
    path = f"/designs/{design}/repair"
    assert bench.post(path, {"keep": "no.such.key"}).status_code == 422
    answer = bench.post(path, {"keep": "hull\nsafety_zone.radius"})
    job = int(answer.headers["location"].rpartition("/")[2])
    bench.answer(job)
    page = bench.client.get(f"/repairs/{job}").text
    assert "changes for" in page
    assert bench.post(f"/repairs/{job}/keep").status_code == 303
    assert bench.post(f"/repairs/{job}/keep").status_code == 409
    result = bench.register.result(bench.audited(design))
    assert result.totals["violated"] == 0


def test_the_law_is_read_with_its_marks(bench: Workbench) -> None:
    page = bench.client.get("/law/unclos/60").text
    text = bench.bench.law.texts["unclos"].by_id["unclos:60.5"].text
    words = html.unescape(re.sub(r"<[^>]+>", "", page))
    assert text in words
    assert re.search(r'<mark class="[^"]*k-bound[^"]*"[^>]*>500 metres</mark>', page)
    assert "unclos-60-5-width" in page
    answer = bench.client.get("/law/unclos/60.5", follow_redirects=False)
    assert answer.headers["location"] == "/law/unclos/60#p-60-5"
    assert "UNCLOS Art. 60(5)" in bench.client.get("/law?q=safety+zone").text
    by_id = bench.client.get("/law?q=unclos:60.5").text
    assert "UNCLOS Art. 60(5)" in by_id and "<mark>" not in by_id, "words not sought are not marked"
    assert bench.client.get("/law/unclos/999").status_code == 404
    assert bench.client.get("/law/none").status_code == 404


def test_the_register_is_checked(bench: Workbench, audit: int) -> None:
    head = bench.register.audit(audit).hash
    assert "The chain holds." in bench.post("/register/verify", {"known": head}).text
    assert "The chain is broken." in bench.post("/register/verify", {"known": "1" * 64}).text


HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}\u202e=1+1"


def test_hostile_text_shows_as_text_on_every_page(bench: Workbench) -> None:
    other_keys = SMALL.format(name="x").partition("\n")[2]
    design = bench.add(f"name: {json.dumps(HOSTILE)}\n{other_keys}")
    audit = bench.audited(design, as_of=DAY)
    paths = ["/", "/register", f"/audits/{audit}", f"/audits/{audit}/read"]
    paths += [f"/designs/{design}{rest}" for rest in (
        "", "/edit", "/file", "/compare", "/repair", "/waivers", "/history"
    )]  # fmt: skip
    for path in paths:
        answer = bench.client.get(path)
        assert answer.status_code == 200, path
        assert "<script>alert" not in answer.text, path
        assert "\u202e" not in answer.text or path.endswith(("/edit", "/file")), path
        assert "{{7*7}}" in html.unescape(answer.text), path


def test_the_name_of_the_user_goes_into_the_register(tmp_path: Path) -> None:
    with workbench(tmp_path) as bench:
        bench.post("/name", {"name": "Zoë"})
        bench.post("/designs", {"text": SMALL.format(name="Named"), "format": "yaml"})
        design = bench.register.designs()[0].id
        assert bench.bench.last_version(design).by == "Zoë"
