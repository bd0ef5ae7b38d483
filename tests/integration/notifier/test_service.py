"""The notifier as a whole: from a committed request to a letter, and what happens when the other side fails."""

import asyncio
import json
import re
from pathlib import Path
from uuid import UUID

from standardwebhooks.webhooks import Webhook

from services.notifier.domain.retry import PAUSES
from shared.messages.envelope import Lane
from shared.messages.notice_requested import NoticeKind, NoticeRequested
from shared.settings import ROOT
from tests.builders.notifier import a_danger_request, a_notice_request
from tests.integration.notifier.post import SECRET, beside, posting, until
from tests.integration.notifier.sinks import HookSink, MailSink


def a_danger(number: int) -> NoticeRequested:
    return a_danger_request(contact_id=UUID(int=number))


async def test_receipt_outcome_and_alerts_arrive_where_the_directory_says(database: str, tmp_path: Path) -> None:
    async with posting(database, tmp_path) as post:
        await post.ask(
            a_notice_request(agency_id="school-ferndale"),
            a_notice_request(kind=NoticeKind.OUTCOME, agency_id="vcs-brightwater", outcome="EH", service="tas"),
            a_notice_request(kind=NoticeKind.QUEUE_ALERT, queue="one-point", rating="GREEN"),
            a_danger_request(rating="RED"),
        )
        await until(lambda: post.all_delivered(5), "five deliveries")
        assert sorted((letter["To"], letter["Subject"].partition(",")[0]) for letter in post.mail.letters) == [
            ("duty-manager@mash.example", "URGENT: MASH: immediate danger"),
            ("mash-urgent@mash.example", "URGENT: MASH: immediate danger"),
            ("one-point@services.example", "MASH: contact for you"),
            ("safeguarding@school-ferndale.example", "MASH: contact received"),
            ("safeguarding@vcs-brightwater.example", "MASH: decision on your contact"),
        ]
        outcome = next(x for x in post.mail.letters if x["To"] == "safeguarding@vcs-brightwater.example").get_content()
        assert "Outcome: early help; service: Team Around the School" in outcome
        assert await post.settled() == [("mash-urgent", "delivered", None)] * 2


async def test_a_danger_alert_leaves_within_a_second_of_its_commit(database: str, tmp_path: Path) -> None:
    async with posting(database, tmp_path) as post:
        await asyncio.sleep(0.3)
        await post.ask(a_danger(1))

        async def arrived() -> bool:
            return len(post.mail.letters) == 2

        assert await until(arrived, "two letters") < 0.9  # Less than the next look would take.


async def test_a_webhook_arrives_signed_beside_the_letter(database: str, tmp_path: Path) -> None:
    async with posting(database, tmp_path) as post:
        await post.ask(a_notice_request(agency_id="health-cddft"))
        await until(lambda: post.all_delivered(2), "letter and webhook")
    (arrived,) = post.hook.arrived
    assert Webhook(SECRET).verify(arrived.body, arrived.headers)["type"] == "notice.receipt.v1"
    assert [letter["To"] for letter in post.mail.letters] == ["safeguarding-children@health-cddft.example"]


async def test_bulk_makes_few_messages_and_tells_of_every_contact(database: str, tmp_path: Path) -> None:
    async with posting(database, tmp_path, running=False, notice_pause_seconds=60) as post:
        await post.ask(*(a_notice_request(contact_id=UUID(int=n), receipt_id=f"r-{n}-r") for n in range(1200)))
        await post.ask(*(_alert(n) for n in range(1200)))
        await post.start()
        await until(lambda: post.all_delivered(6), "three letters to each")
    to_police = [letter for letter in post.mail.letters if letter["To"] == "mash-replies@police-durham.example"]
    receipts = "".join(letter.get_content() for letter in to_police)
    assert [n for n in range(1200) if f"Our reference: r-{n}-r" not in receipts] == []
    assert len(post.mail.letters) == 6


async def test_danger_does_not_wait_behind_slow_routine_mail(database: str, tmp_path: Path) -> None:
    queues = ("one-point", "tas", "tac", "maps", "vcs-alliance", "families-first", "pre-birth", "pcso", "edge-of-care")
    async with posting(database, tmp_path, MailSink(slow=1.5), delivery_slots=2) as post:
        await post.ask(*(a_notice_request(kind=NoticeKind.QUEUE_ALERT, queue=queue) for queue in queues))
        await asyncio.sleep(0.3)
        await post.ask(a_danger(1))

        async def danger_delivered() -> bool:
            return len(await post.settled()) == 2

        assert await until(danger_delivered, "both danger alerts") < 3.5
        assert (await post.statuses())["waiting"] >= 4


async def test_a_mail_server_that_comes_back_gets_the_letter(database: str, tmp_path: Path) -> None:
    async with posting(database, tmp_path, mail_server=False) as post:
        await post.ask(a_danger(1))

        async def tried() -> bool:
            return await post.rows("select count(*) from notifier.delivery_attempts where not sent") == [(2,)]

        await until(tried, "a failed attempt on each channel")
        async with post.mail.listening():
            await until(lambda: post.all_delivered(2), "both delivered")
        attempts = await post.rows(
            "select attempt, sent, reason from notifier.delivery_attempts order by attempt, sent"
        )
        assert attempts == [
            (1, False, "remote-unreachable"),
            (1, False, "remote-unreachable"),
            (2, True, None),
            (2, True, None),
        ]


async def test_a_busy_server_gets_the_same_message_again(database: str, tmp_path: Path) -> None:
    async with posting(database, tmp_path, MailSink(replies=["451 later"])) as post:
        await post.ask(a_notice_request(lane=Lane.URGENT))
        await until(lambda: post.all_delivered(1), "delivered")
    first, second = post.mail.letters
    assert first.as_bytes() == second.as_bytes()


async def test_a_refused_mailbox_becomes_a_task_at_once(database: str, tmp_path: Path) -> None:
    refused = {"mash-replies@police-durham.example": "550 no such mailbox"}
    async with posting(database, tmp_path, MailSink(refused=refused)) as post:
        await post.ask(a_notice_request())

        async def told() -> bool:
            return await post.settled() == [("police-durham", "failed", "remote-refused")]

        await until(told, "a task")
        assert await post.rows("select channel, status, attempts from notifier.v_notice") == [("email", "failed", 1)]


async def test_the_readme_says_how_to_send_failed_notices_again(database: str, tmp_path: Path) -> None:
    readme = (ROOT / "services/notifier/README.md").read_text()
    (statement,) = re.findall(r"```sql\n(.*?)```", readme, re.DOTALL)
    refused = {"mash-replies@police-durham.example": "550 no such mailbox"}
    async with posting(database, tmp_path, MailSink(refused=refused)) as post:
        await post.ask(a_notice_request(), a_notice_request(agency_id="stranger"))

        async def failed() -> bool:
            return await post.statuses() == {"failed": 2}

        await until(failed, "both failed")
        refused.clear()
        await post.execute(statement)

        async def delivered() -> bool:
            return await post.statuses() == {"delivered": 1, "failed": 1}

        await until(delivered, "the listed one delivered")
        assert await post.rows("select attempts, attempts_before from notifier.deliveries order by 1") == [
            (0, 0),
            (2, 1),
        ]
    assert len(post.mail.letters) == 1


async def test_a_receiver_that_refuses_to_the_end_becomes_a_task(database: str, tmp_path: Path) -> None:
    answers = ["401 Unauthorized", "500 Oops", "die", "404 Not Found", "503 Busy", "400 Bad Request", "204 No Content"]
    async with posting(database, tmp_path, hook=HookSink(answers=answers)) as post:
        await post.ask(a_notice_request(agency_id="health-cddft"))

        async def told() -> bool:
            await post.execute("update notifier.deliveries set next_attempt_at = now() where status = 'waiting'")
            return await post.settled() == [("health-cddft", "failed", "remote-refused")]

        await until(told, "a task after six attempts", seconds=20)
    assert len(post.hook.arrived) == len(PAUSES[Lane.ROUTINE]) + 1
    assert len({arrived.headers["webhook-id"] for arrived in post.hook.arrived}) == 1
    assert len({arrived.body for arrived in post.hook.arrived}) == 1


async def test_a_redirecting_receiver_becomes_a_task_at_once(database: str, tmp_path: Path) -> None:
    async with HookSink().listening() as elsewhere:
        away = HookSink(answers=[f"302 Found\r\nlocation: http://127.0.0.1:{elsewhere.port}/"])
        async with posting(database, tmp_path, hook=away) as post:
            await post.ask(a_notice_request(agency_id="health-cddft"))

            async def told() -> bool:
                return await post.settled() == [("health-cddft", "failed", "redirected")]

            await until(told, "a task")
    assert len(away.arrived) == 1
    assert elsewhere.arrived == []


async def test_two_notifiers_at_once_send_nothing_twice(database: str, tmp_path: Path) -> None:
    async with (
        posting(database, tmp_path, delivery_slots=3) as one,
        beside(one, database, tmp_path, delivery_slots=3) as other,
    ):
        for number in range(0, 60, 6):
            await one.ask(*(a_danger(n) for n in range(number, number + 3)))
            await other.ask(*(a_danger(n) for n in range(number + 3, number + 6)))
        await until(lambda: one.all_delivered(120), "two deliveries for each alert", seconds=30)
    assert len(one.mail.ids()) == 120
    assert len(set(one.mail.ids())) == 120


async def test_lost_database_connections_lose_no_notice(database: str, tmp_path: Path) -> None:
    async with posting(database, tmp_path) as post:
        for number in range(12):
            await post.ask(a_danger(number))
            await post.rows(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where application_name = 'mash-notifier' and pid <> pg_backend_pid()"
            )
        await asyncio.sleep(
            2.5
        )  # What was sent is recorded at a second try; what was claimed unawares keeps its lease.
        assert not [task for task in post.tasks if task.done()]
        await post.execute("update notifier.deliveries set lease_until = now() where lease_token is not null")
        await until(lambda: post.all_delivered(24), "all delivered", seconds=30)
    assert len(set(post.mail.ids())) == 24


async def test_an_orderly_stop_finishes_what_is_in_hand(database: str, tmp_path: Path) -> None:
    async with posting(database, tmp_path, MailSink(slow=1)) as post:
        await post.ask(a_danger(1))

        async def in_hand() -> bool:
            return len(post.mail.letters) == 2

        await until(in_hand, "both letters at the server")
        await post.stop()
        assert await post.all_delivered(2)


async def test_nothing_personal_is_kept_or_sent_even_where_a_request_holds_it(database: str, tmp_path: Path) -> None:
    canary = "Kacey Testchild 2014-05-06"
    personal = {"child": canary, "narrative": canary, "outcome": canary, "rating": canary}
    async with posting(database, tmp_path) as post:
        await post.ask(
            a_notice_request(agency_id="health-cddft", kind=NoticeKind.OUTCOME, **personal),
            a_danger_request(**personal),
        )
        await until(lambda: post.all_delivered(4), "all delivered")
        kept = await post.rows(
            "select convert_from(body, 'utf8') from notifier.outbox union all select n::text from notifier.notices n"
        )
    sent = [letter.as_string() for letter in post.mail.letters]
    sent += [json.dumps(arrived.headers) + arrived.body for arrived in post.hook.arrived]
    assert (len(sent), len(kept)) == (4, 4)
    assert not [text for text in [*sent, *(text for (text,) in kept)] if "Kacey" in text or "2014-05-06" in text]


def _alert(number: int) -> NoticeRequested:
    return a_notice_request(kind=NoticeKind.QUEUE_ALERT, queue="mash-screening", contact_id=UUID(int=number))
