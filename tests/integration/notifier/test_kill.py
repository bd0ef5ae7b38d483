"""Fault P5: the process dies after the other side took a message and before that is recorded."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from shared.messages.notice_requested import NoticeRequested
from shared.settings import ROOT
from tests.builders.notifier import a_danger_request, a_notice_request
from tests.integration.notifier.post import posting, until


@pytest.mark.parametrize(
    ("request_", "letters", "hooks"),
    [
        pytest.param(a_danger_request(), 2, 0, id="danger-alert-by-mail"),
        pytest.param(a_notice_request(agency_id="health-cddft"), 1, 1, id="receipt-by-mail-and-webhook"),
    ],
)
async def test_a_message_sent_but_not_recorded_is_sent_again_with_the_same_reference(
    database: str, tmp_path: Path, request_: NoticeRequested, letters: int, hooks: int
) -> None:
    async with posting(database, tmp_path, running=False) as post:
        mail, hook = post.mail, post.hook
        await post.ask(request_)
        assert await _dying_notifier(database, tmp_path, mail.port) == -signal.SIGKILL
        before = len(mail.letters) + len(hook.arrived)
        assert before >= 1
        assert await post.rows("select distinct status, attempts from notifier.deliveries") == [("waiting", 1)]
        await post.execute("update notifier.deliveries set lease_until = now() - interval '1 second'")
        await post.start()
        await until(lambda: post.all_delivered(letters + hooks), "delivered after all")
    assert len(mail.letters) + len(hook.arrived) == before + letters + hooks
    assert len(set(mail.ids())) == letters
    assert len({letter.as_bytes() for letter in mail.letters}) == letters
    assert len({arrived.headers["webhook-id"] for arrived in hook.arrived}) == hooks


async def _dying_notifier(database: str, folder: Path, mail_port: int) -> int:
    module = "tests.integration.notifier.dying_notifier"
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, database, str(folder), str(mail_port), cwd=ROOT
    )
    async with asyncio.timeout(60):
        return await child.wait()
