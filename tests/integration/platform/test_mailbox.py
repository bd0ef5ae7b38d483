"""The local catcher as a process: mail and signed webhooks end in one mailbox, forged ones nowhere."""

import mailbox
import smtplib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from deploy.mash.children import Child
from deploy.mash.embedded.ports import free_port
from deploy.mash.embedded.secrets import WEBHOOK_SECRET, webhook_secrets
from services.console.mailbox import newest_mail

BODY = '{"type": "notice", "reference": "R-1"}'


@dataclass(frozen=True)
class Caught:
    smtp_port: int
    hooks: str
    directory: Path
    secret: str

    def count(self) -> int:
        return len(mailbox.Maildir(self.directory, create=False))

    def post(
        self, body: str, *, secret: str | None = None, at: datetime | None = None, to: str = WEBHOOK_SECRET
    ) -> int:
        sent_at = at or datetime.now(UTC)
        headers = {
            "webhook-id": "delivery-1",
            "webhook-timestamp": str(int(sent_at.timestamp())),
            "webhook-signature": Webhook(secret or self.secret).sign("delivery-1", sent_at, BODY),
        }
        return httpx.post(f"{self.hooks}/hooks/{to}", content=body, headers=headers).status_code


@pytest.fixture
def caught(tmp_path: Path) -> Iterator[Caught]:
    secrets = webhook_secrets(tmp_path)
    smtp, http = free_port(), free_port()
    command = [sys.executable, "-m", "deploy.mash.embedded.mailbox", "--smtp", str(smtp), "--http", str(http)]
    command += ["--mailbox", str(tmp_path / "mail"), "--secrets", str(secrets)]
    root = Path(__file__).parents[3]
    child = Child("mailbox", command, root, {}, http, tmp_path / "log", tmp_path / "pid")
    child.start()
    while not child.is_ready():
        child.check_alive()
    yield Caught(smtp, f"http://127.0.0.1:{http}", tmp_path / "mail", (secrets / WEBHOOK_SECRET).read_text().strip())
    assert child.stop()


def test_mail_can_be_read_as_the_console_reads_it(caught: Caught) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "mash@mash.example", "desk@school.example", "Receipt R-1"
    message.set_content("We have your contact.")
    with smtplib.SMTP("127.0.0.1", caught.smtp_port) as server:
        server.send_message(message)
    (mail,) = newest_mail(caught.directory)
    assert (mail.subject, mail.to, mail.body.strip()) == ("Receipt R-1", "desk@school.example", "We have your contact.")


def test_a_signed_webhook_is_filed_beside_the_mail(caught: Caught) -> None:
    assert caught.post(BODY) == 204
    (mail,) = newest_mail(caught.directory)
    assert mail.subject == "Signed webhook"
    assert '"reference": "R-1"' in mail.body


@pytest.mark.parametrize(
    "forgery",
    [
        {"body": BODY.replace("R-1", "R-2")},
        {"body": BODY, "secret": "whsec_" + "A" * 43 + "="},
        {"body": BODY, "at": datetime.now(UTC) - timedelta(minutes=6)},
        {"body": BODY, "to": "nobody"},
        {"body": BODY, "to": "..%2Faccess.json"},
    ],
    ids=["altered", "another key", "too old", "unknown receiver", "path"],
)
def test_a_webhook_without_a_good_signature_is_refused(caught: Caught, forgery: dict[str, str]) -> None:
    assert caught.post(**forgery) in (401, 404)  # type: ignore[arg-type]
    assert caught.count() == 0
