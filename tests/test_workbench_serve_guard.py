"""What stands before the workbench: who is let in, and what is refused before it is read."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from base import UsageError
from tests.small_workbench import SMALL, TOKEN, Workbench, form_token, workbench
from workbench.serve import pages, rest
from workbench.serve.guard.hosts import HostCheck
from workbench.serve.guard.rate import Buckets
from workbench.serve.guard.sessions import LASTS_S, Sessions
from workbench.serve.settings import MOST_BODY_BYTES, Settings, token_of

FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    with workbench(tmp_path_factory.mktemp("guard")) as made:
        yield made


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Workbench]:
    with workbench(tmp_path, logged_in=False) as made:
        yield made


def paths() -> list[tuple[str, str]]:
    """Every path of the workbench with its method."""
    found = [(route, "") for router in pages.routers() for route in router.routes]
    found += [(route, rest.PREFIX) for router in rest.routers() for route in router.routes]
    return [
        (method, prefix + route.path)
        for route, prefix in found
        if isinstance(route, APIRoute)
        for method in sorted(route.methods or ())
    ]


def filled(path: str) -> str:
    """A path with something in the place of its parameters."""
    path = path.replace("{kind}", "json").replace("{instrument}", "unclos")
    return re.sub(r"\{\w+\}", "1", path)


# Tokens and sessions


def test_a_random_token_is_made_for_this_machine_only() -> None:
    assert len(token_of(None, "127.0.0.1")) >= 32
    assert token_of(None, "::1") != token_of(None, "::1")
    with pytest.raises(UsageError, match="lets other machines in"):
        token_of(None, "0.0.0.0")
    with pytest.raises(UsageError, match="at least 16"):
        token_of("short", "0.0.0.0")
    assert token_of("x" * 16, "0.0.0.0") == "x" * 16


def test_a_session_is_read_back_until_it_ends() -> None:
    now = [1_000_000.0]
    sessions = Sessions(TOKEN, clock=lambda: now[0])
    session = sessions.begin("Zoë <b>\n")
    cookie = sessions.cookie(session)
    assert sessions.read(cookie) == session
    assert session.name == "Zoë <b>"
    now[0] += LASTS_S
    assert sessions.read(cookie) is None


def test_a_forged_or_ended_session_is_refused() -> None:
    sessions = Sessions(TOKEN)
    session = sessions.begin()
    cookie = sessions.cookie(session)
    told, _, signature = cookie.rpartition(".")
    name, ends, _ = told.split(".")
    later = f"{name}.{int(ends) + 1}."
    root = base64.urlsafe_b64encode(b"root").decode().rstrip("=")
    forged = [
        "", ".", "...", later + "." + signature, f"{name}.{ends}.{root}.{signature}",
        told + "." + "0" * 64, cookie + "0", cookie.upper(), "ü" + cookie,
        Sessions("another-token-0123").cookie(session),
    ]  # fmt: skip
    assert [sessions.read(value) for value in forged] == [None] * len(forged)
    sessions.end(session)
    assert sessions.read(cookie) is None


def test_a_chosen_token_keeps_sessions_over_a_restart() -> None:
    session = Sessions(TOKEN).begin()
    assert Sessions(TOKEN).read(Sessions(TOKEN).cookie(session)) == session


def test_form_tokens_hold_for_their_session_only() -> None:
    sessions = Sessions(TOKEN)
    mine, other = sessions.begin(), sessions.begin()
    assert sessions.form_token_right(mine.id, sessions.form_token(mine.id))
    for wrong in (sessions.form_token(other.id), "", None, 7, sessions.cookie(mine)):
        assert not sessions.form_token_right(mine.id, wrong)


def test_the_link_lets_in_and_the_cookie_is_kept_from_scripts(stranger: Workbench) -> None:
    answer = stranger.client.get("/login", params={"token": TOKEN}, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert TOKEN not in cookie
    assert stranger.client.get("/").status_code == 200


def test_a_wrong_token_is_refused_and_many_have_to_wait(stranger: Workbench) -> None:
    statuses = []
    for number in range(14):
        answer = stranger.client.get("/login", params={"token": f"wrong-{number}"})
        statuses.append(answer.status_code)
        assert "set-cookie" not in answer.headers or "_visitor" in answer.headers["set-cookie"]
    assert statuses[:10] == [401] * 10
    assert set(statuses[10:]) == {429}
    for number in range(14):
        headers = {"Authorization": f"Bearer wrong-{number}"}
        status = stranger.client.get("/api/v1/designs", headers=headers).status_code
    assert status == 429
    assert stranger.client.get("/").url.path == "/login"


def test_the_form_of_the_token_needs_its_own_page(stranger: Workbench) -> None:
    token = form_token(stranger.client.get("/login").text)
    right = {"token": TOKEN, "name": "A", "form_token": token}
    assert stranger.client.post("/login", data={**right, "form_token": "0" * 64}).status_code == 403
    assert stranger.client.post("/login", data=right).status_code == 200
    stranger.client.cookies.clear()
    assert stranger.client.post("/login", data=right).status_code == 403


@pytest.mark.parametrize(
    "back", ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "/a\r\nX: y"]
)
def test_after_the_login_nobody_is_sent_elsewhere(stranger: Workbench, back: str) -> None:
    given = {"token": TOKEN, "next": back}
    answer = stranger.client.get("/login", params=given, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_leaving_ends_the_session_everywhere(tmp_path: Path) -> None:
    with workbench(tmp_path) as made:
        copied = dict(made.client.cookies)
        made.post("/logout")
        made.client.cookies.update(copied)
        assert made.client.get("/", follow_redirects=False).status_code == 303


# Every path


def test_no_page_and_no_call_is_open_to_strangers(stranger: Workbench) -> None:
    assert len(paths()) > 60
    for method, path in paths():
        if path in ("/login", "/health"):
            continue
        of_api = path.startswith("/api/v1")
        headers = {"Content-Type": "application/json" if of_api else FORM}
        answer = stranger.client.request(
            method, filled(path), headers=headers, follow_redirects=False
        )
        expected = 303 if method == "GET" and not of_api else 401
        assert answer.status_code == expected, (method, path)


def test_every_form_checks_its_token(bench: Workbench) -> None:
    posted = [path for method, path in paths() if method != "GET" and "/api/" not in path]
    assert len(posted) > 10
    for path in posted:
        for token in ({}, {"form_token": "0" * 64}):
            headers = {"Content-Type": FORM}
            answer = bench.client.post(filled(path), data=token, headers=headers)
            assert answer.status_code == 403, path


def test_the_api_of_a_session_needs_the_form_token(bench: Workbench) -> None:
    given = {"content": SMALL.format(name="By session")}
    assert bench.client.post("/api/v1/designs", json=given).status_code == 403
    headers = {"X-Form-Token": bench.token()}
    assert bench.client.post("/api/v1/designs", json=given, headers=headers).status_code == 201
    assert bench.client.get("/api/v1/designs").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_other_sites_send_no_forms(bench: Workbench, headers: dict[str, str]) -> None:
    data = {"form_token": bench.token(), "text": SMALL.format(name="From elsewhere")}
    assert bench.client.post("/designs", data=data, headers=headers).status_code == 403
    own = {"Origin": "http://127.0.0.1:8008", "Sec-Fetch-Site": "same-origin"}
    assert bench.client.post("/designs", data=data, headers=own).status_code == 200


def test_every_answer_carries_the_headers(bench: Workbench) -> None:
    paths = ("/", "/static/app.js", "/nothing", "/api/v1/designs", "/api/v1/designs/77")
    for path in paths:
        headers = bench.client.get(path).headers
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"


# Host names


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("127.0.0.1:8008", True),
        ("localhost:8008", True),
        ("LOCALHOST", True),
        ("[::1]:8008", True),
        ("127.0.0.7", True),
        ("my.name:80", True),
        ("evil.example", False),
        ("evil.example:8008", False),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example", False),
        ("192.168.1.7", False),
        ("127.0.0.1:8008@evil.example", False),
        ("localhost:port", False),
        ("", False),
        ("localhost localhost", False),
    ],
)
def test_the_server_answers_to_its_own_names(host: str, known: bool) -> None:
    check = HostCheck(lambda *_: None, Settings(TOKEN, names=("my.name",)))  # type: ignore[arg-type]
    assert check.ours(host) is known


def test_an_address_in_figures_is_no_name_that_can_be_moved() -> None:
    check = HostCheck(lambda *_: None, Settings(TOKEN, host="0.0.0.0"))  # type: ignore[arg-type]
    assert check.ours("192.168.1.7:8008")
    assert not check.ours("evil.example")


def test_a_rebound_name_gets_no_answer(bench: Workbench) -> None:
    for path in ("/", "/login", "/health", "/static/app.css", "/api/v1/designs"):
        answer = bench.client.get(path, headers={"Host": "evil.example:8008"})
        assert answer.status_code == 421
        assert "form_token" not in answer.text


# Bodies


def test_a_body_that_says_it_is_too_large_is_not_read(bench: Workbench) -> None:
    headers = {"Content-Type": FORM, "Content-Length": str(10**12)}
    answer = bench.client.post("/designs", headers=headers, content=b"x")
    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("path", ["/designs", "/api/v1/designs"])
def test_a_body_that_grows_too_large_is_refused_on_the_way(bench: Workbench, path: str) -> None:
    kind = "application/json" if path.startswith("/api") else FORM
    size = 65536
    taken = 0

    def parts() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(400):
            taken += size
            yield b"x" * size

    headers = {"Content-Type": kind, "X-Form-Token": bench.token()}
    answer = bench.client.post(path, headers=headers, content=parts())
    assert answer.status_code == 413


def test_an_upload_of_a_design_has_a_size_and_a_kind(bench: Workbench) -> None:
    token = bench.token()
    good = SMALL.format(name="Uploaded").encode()

    def upload(name: str, content: bytes) -> tuple[int, str]:
        files = {"file": (name, content, "application/octet-stream")}
        answer = bench.client.post("/designs", data={"form_token": token}, files=files)
        return answer.status_code, answer.text

    assert upload("a.yaml", good)[0] == 200
    assert upload("../../etc/passwd.yaml", good)[0] == 200
    status, page = upload("a.exe", good)
    assert status == 422
    assert "neither YAML nor JSON" in page
    assert "not UTF-8 text" in upload("a.yaml", b"name: \xff\xfe")[1]
    assert upload("a.yaml", b"#" * (1024 * 1024 + 1))[0] == 422
    assert upload("a.yaml", b"#" * MOST_BODY_BYTES)[0] == 413
    assert upload("a.yaml", b"a: &x [*x]")[0] == 422
    assert "tag" in upload("a.yaml", b"name: !!python/object:os.system x")[1]


def test_only_the_right_kind_of_body_is_taken(bench: Workbench) -> None:
    token = bench.token()
    for kind in ("text/plain", "application/xml", ""):
        headers = {"Content-Type": kind, "X-Form-Token": token}
        for path in ("/designs", "/api/v1/designs"):
            assert bench.client.post(path, headers=headers, content=b"{}").status_code == 415


def test_a_form_of_very_many_fields_is_refused(bench: Workbench) -> None:
    data = {"form_token": bench.token(), **{f"k{number}": "x" for number in range(1000)}}
    assert bench.client.post("/designs", data=data).status_code == 400


# Rates


def test_a_bucket_fills_up_again() -> None:
    now = [0.0]
    bucket = Buckets(2.0, 3.0, clock=lambda: now[0])
    assert [bucket.take("a") for _ in range(3)] == [0.0, 0.0, 0.0]
    assert bucket.take("a") == pytest.approx(0.5)
    assert bucket.take("b") == 0.0
    now[0] += 0.5
    assert bucket.take("a") == 0.0
    assert bucket.take("a") > 0.0
    now[0] += 1000.0
    assert [bucket.take("a") for _ in range(4)][:3] == [0.0, 0.0, 0.0]


def test_a_client_that_asks_too_often_has_to_wait(tmp_path: Path) -> None:
    with workbench(tmp_path, logged_in=False, requests_per_s=0.001, burst=5) as made:
        answers = [made.client.get("/health") for _ in range(7)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
        assert int(answers[-1].headers["retry-after"]) > 0
        assert made.client.get("/api/v1/designs").json()["error"].startswith("too many requests")


# Paths


@pytest.mark.parametrize(
    "path",
    [
        "/designs/../../etc/passwd",
        "/designs/%2e%2e%2fregister.db",
        "/designs/1%00",
        "/designs/-1",
        "/designs/0",
        "/designs/2147483648",
        "/designs/" + "9" * 4000,
        "/designs/1e3",
        "/audits/1/report.%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/law/..%2f..%2fetc/passwd",
        "/law/unclos/..%2f60",
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/bench.py",
        "/static//etc/passwd",
        "/comparisons/1/comparison.yaml",
    ],
)
def test_no_path_reaches_the_file_system(bench: Workbench, path: str) -> None:
    answer = bench.client.get(path)
    assert answer.status_code == 404, answer.text[:300]
    assert "root:" not in answer.text


@pytest.mark.parametrize("text", ["file: /etc/passwd", "<<: /etc/passwd", "name: !include x.yaml"])
def test_a_design_includes_no_file(bench: Workbench, text: str) -> None:
    data = {"form_token": bench.token(), "text": SMALL.format(name="Includes") + text}
    assert bench.client.post("/designs", data=data).status_code == 422
