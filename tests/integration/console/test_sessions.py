"""Signing in, the two limits, signing out, disabled accounts, and what guards the sign-in page."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from services.console.access import UnknownStaff, disable_staff, register_staff
from services.console.domain.roles import Role
from tests.builders.console_app import BASE_URL, PASSWORD, STAFF, ConsoleUnderTest, console_over, form_token_in
from tests.builders.console_desk import Desk


async def _age_sessions(
    console: ConsoleUnderTest, *, seen: timedelta = timedelta(0), begun: timedelta = timedelta(0)
) -> None:
    async with console.engine.begin() as connection:
        await connection.execute(
            text(
                "update console.sessions set last_seen_at = last_seen_at - cast(:seen as interval), "
                "created_at = created_at - cast(:begun as interval)"
            ),
            {"seen": seen, "begun": begun},
        )


async def test_signing_in_gives_a_token_its_end_and_the_role(console: ConsoleUnderTest) -> None:
    answer = await console.client().post("/v1/sessions", json={"username": "S.Okafor ", "password": PASSWORD})

    assert answer.status_code == 201
    body = answer.json()
    assert body["role"] == "screener"
    ends = datetime.fromisoformat(body["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=9, minutes=59) < ends <= timedelta(hours=10)
    assert len(body["token"]) == 43


async def test_only_the_hash_of_a_token_and_of_a_password_is_kept(console: ConsoleUnderTest) -> None:
    program = await console.program(Role.SCREENER)
    token = program.headers["Authorization"].split()[1]

    async with console.engine.connect() as connection:
        kept = str((await connection.execute(text("select * from console.sessions"))).all())
        people = str((await connection.execute(text("select password_hash from console.staff"))).all())

    assert token not in kept
    assert PASSWORD not in people
    assert people.count("$argon2id$") == 4


async def test_wrong_credentials_get_one_answer_that_tells_nothing(console: ConsoleUnderTest) -> None:
    client = console.client()
    answers = []
    for username, password in (("s.okafor", "letmein-1"), ("nobody", PASSWORD), ("s.okafor", PASSWORD[:-1])):
        answer = await client.post("/v1/sessions", json={"username": username, "password": password})
        answers.append((answer.status_code, answer.text))
        assert username not in answer.text
        assert password not in answer.text

    assert len(set(answers)) == 1
    assert answers[0][0] == 401
    for body in ({"username": "", "password": "x"}, {"username": "x", "password": ""}, {"username": "x"}):
        assert (await client.post("/v1/sessions", json=body)).status_code == 422


async def test_a_name_tried_ten_times_from_one_client_must_wait_there_even_with_the_right_password(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    client = console.client()
    for _ in range(10):
        assert (await client.post("/v1/sessions", json={"username": "s.okafor", "password": "x"})).status_code == 401

    blocked = await client.post("/v1/sessions", json={"username": "s.okafor", "password": PASSWORD})
    other = await client.post("/v1/sessions", json={"username": "m.lindqvist", "password": PASSWORD})

    assert blocked.status_code == 429
    assert 800 < int(blocked.headers["retry-after"]) <= 900
    assert blocked.json()["retryable"] is True
    assert other.status_code == 201
    outcomes = [row["outcome"] for row in await desk.audit("session.begin")]
    assert outcomes == ["failed"] * 10 + ["denied", "allowed"]
    async with console.engine.begin() as connection:
        await connection.execute(text("update console.sign_in_tries set window_from = window_from - interval '16 min'"))
    assert (await client.post("/v1/sessions", json={"username": "s.okafor", "password": PASSWORD})).status_code == 201


async def test_a_stranger_cannot_lock_a_colleague_out_by_trying_their_name(console: ConsoleUnderTest) -> None:
    stranger = console.client(address="198.51.100.9")
    tried = [
        (await stranger.post("/v1/sessions", json={"username": "s.okafor", "password": "x"})).status_code
        for _ in range(12)
    ]

    colleague = console.client(address="192.0.2.8")
    answer = await colleague.post("/v1/sessions", json={"username": "s.okafor", "password": PASSWORD})

    assert tried == [401] * 10 + [429] * 2
    assert answer.status_code == 201
    still = await stranger.post("/v1/sessions", json={"username": "s.okafor", "password": PASSWORD})
    assert still.status_code == 429, "the colleague's success opens nothing to the stranger"


async def test_counts_whose_window_is_over_are_forgotten_at_the_next_sign_in(console: ConsoleUnderTest) -> None:
    stranger = console.client(address="198.51.100.9")
    for name in ("made-up-1", "made-up-2"):
        await stranger.post("/v1/sessions", json={"username": name, "password": "x"})
    async with console.engine.begin() as connection:
        await connection.execute(text("update console.sign_in_tries set window_from = window_from - interval '16 min'"))

    await console.program(Role.OPS)

    async with console.engine.connect() as connection:
        assert (await connection.execute(text("select count(*) from console.sign_in_tries"))).scalar_one() == 0


async def test_what_was_typed_as_a_name_is_not_kept_in_the_audit(console: ConsoleUnderTest, desk: Desk) -> None:
    await console.client().post("/v1/sessions", json={"username": "hunter2-my-password", "password": "x"})

    assert "hunter2" not in str(await desk.audit("session.begin"))


async def test_a_session_ends_after_fifteen_idle_minutes(console: ConsoleUnderTest) -> None:
    program = await console.program(Role.OPS)
    await _age_sessions(console, seen=timedelta(minutes=14))
    assert (await program.get("/v1/ledger")).status_code == 200
    await _age_sessions(console, seen=timedelta(minutes=14))
    assert (await program.get("/v1/ledger")).status_code == 200, "using it started the limit again"
    await _age_sessions(console, seen=timedelta(minutes=15, seconds=1))
    assert (await program.get("/v1/ledger")).status_code == 401


async def test_a_session_ends_after_ten_hours_however_busy(console: ConsoleUnderTest) -> None:
    program = await console.program(Role.OPS)
    await _age_sessions(console, begun=timedelta(hours=9, minutes=59))
    assert (await program.get("/v1/ledger")).status_code == 200
    await _age_sessions(console, begun=timedelta(minutes=2))
    assert (await program.get("/v1/ledger")).status_code == 401


async def test_a_token_is_dead_after_signing_out(console: ConsoleUnderTest) -> None:
    program = await console.program(Role.OPS)
    browser = await console.browser(Role.SCREENER)
    cookie = browser.cookies["mash-session"]

    assert (await program.delete("/v1/sessions")).status_code == 204
    token = form_token_in((await browser.get("/queues")).text)
    ended = await browser.post("/sign-out", data={"form_token": token})

    assert (await program.get("/v1/ledger")).status_code == 401
    assert ended.headers["location"] == "/sign-in"
    assert '"cache"' in ended.headers["clear-site-data"]
    browser.cookies.set("mash-session", cookie)
    assert (await browser.get("/queues")).status_code == 303


async def test_a_disabled_account_is_cut_at_its_next_request_and_within_five_seconds(console: ConsoleUnderTest) -> None:
    program = await console.program(Role.OPS)
    browser = await console.browser(Role.OPS)
    began = time.monotonic()

    await disable_staff(console.engine, username=STAFF[Role.OPS])

    assert (await program.get("/v1/ledger")).status_code == 401
    assert (await browser.get("/operations")).status_code == 303
    assert time.monotonic() - began < 5
    again = await console.client().post("/v1/sessions", json={"username": STAFF[Role.OPS], "password": PASSWORD})
    assert again.status_code == 401
    with pytest.raises(UnknownStaff):
        await disable_staff(console.engine, username="nobody")


async def test_registering_again_keeps_sessions_unless_something_changed(console: ConsoleUnderTest) -> None:
    program = await console.program(Role.OPS)

    assert await register_staff(console.engine, username="O.Brandt", role="ops", password=PASSWORD) == PASSWORD
    assert (await program.get("/v1/ledger")).status_code == 200
    fresh = await register_staff(console.engine, username="o.brandt", role="ops")

    assert fresh != PASSWORD
    assert (await program.get("/v1/ledger")).status_code == 401
    answer = await console.client().post("/v1/sessions", json={"username": "o.brandt", "password": fresh})
    assert answer.status_code == 201
    with pytest.raises(ValueError, match="superuser"):
        await register_staff(console.engine, username="x", role="superuser")


async def test_signing_in_always_makes_a_new_session_id(console: ConsoleUnderTest) -> None:
    browser = await console.browser(Role.SCREENER)
    planted = browser.cookies["mash-session"]
    page = await browser.get("/sign-in")
    form = {"form_token": form_token_in(page.text), "username": STAFF[Role.MANAGER], "password": PASSWORD, "next": "/"}

    assert (await browser.post("/sign-in", data=form)).status_code == 303

    assert browser.cookies["mash-session"] != planted
    stale = console.client()
    stale.cookies.set("mash-session", planted)
    assert (await stale.get("/queues")).status_code == 303, "the session that was there before has ended"


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    console: ConsoleUnderTest, database: str
) -> None:
    plain = await _cookie_of(console, "http://console.test")
    over_tls = console_over(database, tls=True, public_url="https://console.test")
    secure = await _cookie_of(over_tls, "https://console.test")
    await over_tls.close()

    assert plain.startswith("mash-session=")
    assert secure.startswith("__Host-mash-session=")
    for flag in ("HttpOnly", "SameSite=strict", "Path=/"):
        assert flag in plain
        assert flag in secure
    assert "Secure" in secure
    assert "Domain" not in plain + secure


async def _cookie_of(console: ConsoleUnderTest, base_url: str) -> str:
    browser = console.client()
    browser.base_url = base_url
    browser.headers.update({"Origin": base_url, "Accept": "text/html"})
    token = form_token_in((await browser.get("/sign-in")).text)
    form = {"form_token": token, "username": STAFF[Role.SCREENER], "password": PASSWORD, "next": "/"}
    answer = await browser.post("/sign-in", data=form)
    return next(value for value in answer.headers.get_list("set-cookie") if "mash-session=" in value)


async def test_signing_in_leads_only_to_pages_of_this_site(console: ConsoleUnderTest) -> None:
    led_to = []
    for wanted in (
        "/contacts/0197",
        "//evil.test/",
        "https://evil.test/",
        "/\\evil.test",
        "/sign-out",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x=1",
    ):
        browser = console.client()
        browser.headers.update({"Origin": BASE_URL, "Accept": "text/html"})
        token = form_token_in((await browser.get("/sign-in", params={"next": wanted})).text)
        form = {"form_token": token, "username": STAFF[Role.SCREENER], "password": PASSWORD, "next": wanted}
        led_to.append((await browser.post("/sign-in", data=form)).headers["location"])

    assert led_to == ["/contacts/0197", "/queues", "/queues", "/queues", "/queues", "/queues", "/queues"]
