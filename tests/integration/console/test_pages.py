"""The pages as people use them, without JavaScript."""

import asyncio
import mailbox
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from sqlalchemy import text

from services.console.domain.queue import item_in_triage
from services.console.domain.roles import Role
from services.console.domain.tasks import tasks_of
from services.console.repository.queue_items import PostgresQueueItems
from services.console.repository.tasks import PostgresTasks
from shared.ids import new_id
from tests.builders.console import a_contact_in_danger, a_settled_notice
from tests.builders.console_app import ConsoleUnderTest, console_over, field_in, form_token_in
from tests.builders.console_desk import Desk


def _form(html: str, **answers: str) -> dict[str, str]:
    return {**{name: field_in(html, name) for name in ("form_token", "decision_id", "case_version")}, **answers}


async def test_the_list_puts_danger_first_and_says_it_in_words(console: ConsoleUnderTest, desk: Desk) -> None:
    now = datetime.now(UTC)
    later = await desk.contact(decide_by=now + timedelta(hours=9))
    overdue = await desk.contact(decide_by=now - timedelta(minutes=90))
    urgent = await desk.contact(
        danger=("missing_now",), queue="mash-urgent", agency_id="police-durham", decide_by=now + timedelta(hours=3)
    )
    browser = await console.browser(Role.SCREENER)

    page = (await browser.get("/queues")).text

    assert page.index(str(urgent)) < page.index(str(overdue)) < page.index(str(later))
    assert ">Danger</span>" in page
    assert "Child missing now" in page
    assert "Overdue by 1 h 30 min" in page
    assert "1 contact in immediate danger." in page


async def test_a_contact_in_danger_is_on_the_list_before_the_router_has_it(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    contact_id = await desk.contact(state="in_flight", danger=("missing_now",), agency_id="police-durham")
    async with console.engine.begin() as connection:
        await PostgresQueueItems(connection).record([item_in_triage(a_contact_in_danger(contact_id=contact_id))])
    browser = await console.browser(Role.SCREENER)

    page = (await browser.get("/queues/mash-urgent")).text
    assert str(contact_id) in page
    assert "In triage" in page
    contact = (await browser.get(f"/contacts/{contact_id}")).text
    assert "Act on the danger now" in contact
    assert "Ashgrove" in contact


async def test_the_contact_page_explains_the_suggestion(console: ConsoleUnderTest, desk: Desk) -> None:
    contact_id = await desk.contact()
    browser = await console.browser(Role.SCREENER)

    page = (await browser.get(f"/contacts/{contact_id}")).text

    for words in (
        "Tilly Ashgrove",
        "Persistent neglect, home conditions, hunger",
        "Hungry on four mornings in two weeks",
        "continuum 2026.1, NE2 (assumption)",
        "county-durham/continuum@2026.1",
        "Where the father lives",
        "Contacts in 12 months",
        "not a valid number; not used to match",
        "Families First",
        "Voice of the child",
        "Child was not seen",
    ):
        assert words in page, words
    assert "<title>Contact " in page
    assert "Ashgrove" not in page.split("</title>")[0], "a tab or a history list must not show a name"


async def test_no_answer_of_the_decision_form_is_chosen_beforehand(console: ConsoleUnderTest, desk: Desk) -> None:
    waiting, placed = await desk.contact(), await desk.contact(state="placed", queue="one-point", outcome="EH")
    browser = await console.browser(Role.SCREENER)

    for contact_id in (waiting, placed):
        page = (await browser.get(f"/contacts/{contact_id}")).text
        assert page.count('type="radio"') == 3
        assert "checked" not in page
        assert "selected" not in page
    assert "Close with an outcome" in page
    nothing = await browser.post(f"/contacts/{waiting}/decisions", data=_form(page, action="", reason=""))
    assert nothing.status_code == 422
    assert "Nothing is chosen for you" in nothing.text
    assert await desk.sent() == []


async def test_a_form_that_lacks_an_answer_comes_back_with_what_was_typed(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    contact_id = await desk.contact()
    browser = await console.browser(Role.SCREENER)
    html = (await browser.get(f"/contacts/{contact_id}")).text

    answer = await browser.post(
        f"/contacts/{contact_id}/decisions", data=_form(html, action="close", outcome="", reason="Advice was given.")
    )

    assert answer.status_code == 422
    assert "a contact is never closed without one" in answer.text
    assert ">Advice was given.</textarea>" in answer.text
    assert 'value="close" checked' in answer.text
    assert field_in(answer.text, "decision_id") == field_in(html, "decision_id")


async def test_the_same_form_sent_twice_is_one_decision(console: ConsoleUnderTest, desk: Desk) -> None:
    contact_id = await desk.contact()
    browser = await console.browser(Role.SCREENER)
    html = (await browser.get(f"/contacts/{contact_id}")).text
    form = _form(html, action="confirm", reason="Parents agree.")

    answers = await asyncio.gather(*(browser.post(f"/contacts/{contact_id}/decisions", data=form) for _ in range(5)))

    assert [answer.status_code for answer in answers] == [303] * 5
    assert len(await desk.sent()) == 1
    page = (await browser.get(f"/contacts/{contact_id}")).text
    assert "s.okafor decided on" in page
    assert 'name="case_version"' not in page, "there is nothing more to decide on this version"


async def test_whoever_comes_second_sees_the_first_decision_and_keeps_their_words(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    contact_id = await desk.contact()
    first, second = await console.browser(Role.SCREENER), await console.browser(Role.MANAGER)
    pages = [(await browser.get(f"/contacts/{contact_id}")).text for browser in (first, second)]
    await first.post(
        f"/contacts/{contact_id}/decisions", data=_form(pages[0], action="confirm", reason="Parents agree.")
    )

    answer = await second.post(
        f"/contacts/{contact_id}/decisions",
        data=_form(pages[1], action="close", outcome="ADVICE", reason="Advice by telephone."),
    )

    assert answer.status_code == 409
    for words in ("This was decided already", "s.okafor", "Confirmed the suggestion", "Advice by telephone."):
        assert words in answer.text


async def test_a_contact_is_found_by_reference_and_never_by_address(console: ConsoleUnderTest, desk: Desk) -> None:
    receipt_id = new_id()
    contact_id = await desk.contact(receipt_id=receipt_id)
    sibling = await desk.contact(receipt_id=receipt_id)
    browser = await console.browser(Role.SCREENER)
    token = form_token_in((await browser.get("/find")).text)
    tail = str(contact_id)[-8:].upper()

    async def led_to(reference: str) -> str:
        answer = await browser.post("/find", data={"form_token": token, "reference": reference})
        shown = answer.text.count('class="ref"')
        return str(answer.headers.get("location", f"{answer.status_code}: {shown}"))

    assert await led_to(f"{tail[:4]}-{tail[4:]}") == f"/contacts/{contact_id}"
    assert await led_to(str(contact_id)) == f"/contacts/{contact_id}"
    assert await led_to(f" {receipt_id} ") == "200: 2"
    assert await led_to("Ashgrove") == "200: 0"
    assert (await browser.get("/find", params={"reference": str(contact_id)})).text.count("contacts found") == 0
    page = (await browser.get(f"/contacts/{contact_id}")).text
    assert f"/contacts/{sibling}" in page
    assert [row["detail"] for row in await desk.audit("contact.find")] == [{"hits": n} for n in (1, 1, 2, 0)]


async def test_a_notice_that_reached_nobody_is_a_task_until_a_person_settles_it(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    contact_id = await desk.contact()
    raised, _ = tasks_of([a_settled_notice(notice_id="n-7", contact_id=contact_id)])
    async with console.engine.begin() as connection:
        await PostgresTasks(connection).raise_all(raised)
    browser = await console.browser(Role.SCREENER)
    page = (await browser.get("/queues")).text
    assert "Notices that reached nobody (1)" in page

    answer = await browser.post("/tasks/n-7/email/settle", data={"form_token": form_token_in(page)})

    assert answer.status_code == 303
    await asyncio.sleep(0.25)
    assert "Notices that reached nobody" not in (await browser.get("/queues")).text
    assert [(row["username"], row["object_id"]) for row in await desk.audit("task.settle")] == [
        ("s.okafor", str(contact_id))
    ]


async def test_operations_see_figures_and_codes_and_no_content(console: ConsoleUnderTest, desk: Desk) -> None:
    contact_id = await desk.contact(agency_id="police-durham")
    await desk.contact(state="in_flight")
    await desk.notice(contact_id, kind="queue-alert", recipient="one-point", status="failed", attempts=6)
    async with console.engine.begin() as connection:
        await connection.execute(
            text(
                "insert into triage.parked (message_id, consumer, subject, contact_id, topic, body, reason) values "
                "(:id, 'triage.assess-contacts.routine', 's', :contact, 'contact.received.routine.v1', '', 'try-again')"
            ),
            {"id": new_id(), "contact": contact_id},
        )
        await connection.execute(
            text(
                "insert into router.quarantine (id, consumer, topic, partition, kafka_offset, fingerprint, "
                "reason, body) values (:id, 'router.route.routine', 'contact.assessed.routine.v1', 3, 1204, 'f', "
                "'unreadable', 'sealed bytes')"
            ),
            {"id": new_id()},
        )
    browser = await console.browser(Role.OPS)

    page = (await browser.get("/operations")).text

    for words in (
        "Balanced.",
        "Kafka did not answer",
        "triage.assess-contacts.routine",
        "try-again",
        "3 / 1204",
        "Received to waiting or placed",
        "Alert to the receiving team",
        "police-durham",
    ):
        assert words in page, words
    assert "Ashgrove" not in page
    assert "sealed bytes" not in page
    assert str(contact_id) not in page


async def test_the_auditor_sees_who_read_what(console: ConsoleUnderTest, desk: Desk) -> None:
    contact_id, other = await desk.contact(), await desk.contact()
    screener, auditor = await console.browser(Role.SCREENER), await console.browser(Role.AUDITOR)
    await screener.get(f"/contacts/{contact_id}")
    await screener.get(f"/contacts/{other}")

    everything = (await auditor.get("/audit")).text
    token = form_token_in(everything)
    one = (await auditor.post("/audit", data={"form_token": token, "object_id": str(contact_id)})).text

    assert str(contact_id) in everything
    assert str(other) in everything
    assert str(other) not in one
    assert "s.okafor" in one
    assert "Ashgrove" not in everything


async def test_the_mailbox_shows_what_the_catcher_kept_and_only_where_there_is_one(
    console: ConsoleUnderTest, database: str, tmp_path: Path
) -> None:
    assert (await (await console.browser(Role.OPS)).get("/mailbox")).status_code == 404
    kept = mailbox.Maildir(tmp_path / "mail")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        "mash@example.test",
        "duty@example.test",
        "A contact <b>waits</b>",
    )
    message["Date"] = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    message.set_content("Reference 3F2A-9C1D <script>")
    key = kept.add(message)
    with_mail = console_over(database, mailbox=tmp_path / "mail")
    browser = await with_mail.browser(Role.OPS)

    listed = (await browser.get("/mailbox")).text
    shown = (await browser.get(f"/mailbox/{key}")).text
    outside = [(await browser.get(f"/mailbox/{path}")).status_code for path in ("nothing", "..%2F..%2Fetc%2Fpasswd")]
    await with_mail.close()

    assert "A contact &lt;b&gt;waits&lt;/b&gt;" in listed
    assert "Reference 3F2A-9C1D &lt;script&gt;" in shown
    assert outside == [404, 404]


async def test_the_console_says_so_while_the_database_is_away() -> None:
    console = console_over("postgresql+asyncpg://mash:secret@127.0.0.1:1/mash")
    program = console.client()

    answer = await program.post("/v1/sessions", json={"username": "s.okafor", "password": "x"})
    await console.close()

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert answer.json()["type"] == "urn:mash:problem:try-again"


async def test_the_earlier_version_leads_to_the_newer_one_and_takes_no_decision(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    earlier, newer = await desk.contact(reason="superseded"), await desk.contact(reason="newer_version")
    async with desk.engine.begin() as connection:
        for column, contact_id, other in (("superseded_by", earlier, newer), ("supersedes", newer, earlier)):
            await connection.execute(
                text(f"update router.v_case set {column} = :other where contact_id = :id"),
                {"other": other, "id": contact_id},
            )
    browser = await console.browser(Role.SCREENER)

    queue = (await browser.get("/queues/mash-screening")).text
    assert (f"c-{newer}" in queue, f"c-{earlier}" in queue) == (True, False)
    page = (await browser.get(f"/contacts/{earlier}")).text
    assert "A newer version of this contact has taken its place" in page
    assert f'href="/contacts/{newer}"' in page
    assert "Record the decision" not in page
    newer_page = (await browser.get(f"/contacts/{newer}")).text
    assert "This is a newer version of" in newer_page
    assert "Record the decision" in newer_page
    answers = {"case_version": "1", "action": "close", "outcome": "ADVICE", "reason": "Spoke to the school."}
    refused = await browser.post(
        f"/contacts/{earlier}/decisions",
        data=_form(newer_page, **answers),
    )
    assert refused.status_code == 409
    assert "A newer version has taken its place" in refused.text
