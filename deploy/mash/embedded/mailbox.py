"""A mail server and a webhook receiver for one machine: nothing leaves it, everything can be read in the console.

Run as a process: `python -m deploy.mash.embedded.mailbox --smtp PORT --http PORT --mailbox DIR --secrets DIR`.
"""

import argparse
import asyncio
import json
import mailbox
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path

import uvicorn
from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.mash.embedded.ports import LOOPBACK

_LARGEST_BYTES = 1024 * 1024
_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


class WebhookSink:
    """Files what arrives with a valid signature; answers 401 to anything else."""

    def __init__(self, directory: Path, secrets: Path) -> None:
        """directory: the Maildir; secrets: one file per receiver, its lines `whsec_...`."""
        self._directory = directory
        self._secrets = secrets

    def is_genuine(self, receiver: str, body: bytes, headers: dict[str, str]) -> bool:
        """Whether any secret of `receiver` made the signature, within the specification's five minutes."""
        try:
            lines = (self._secrets / receiver).read_text().split()
        except (OSError, ValueError):
            return False
        return any(_verifies(line, body, headers) for line in lines)

    def file(self, receiver: str, body: bytes, delivery: str) -> None:
        """Put a delivery into the mailbox, as a message that the console can show."""
        message = EmailMessage()
        message["From"] = "Webhook <webhook@mash.example>"
        message["To"] = f"{receiver} (webhook on this machine)"
        message["Subject"] = "Signed webhook"
        message["Date"] = formatdate()
        message["X-Webhook-Id"] = delivery
        message.set_content(json.dumps(json.loads(body), indent=2))
        mailbox.Maildir(self._directory).add(message)

    async def receive(self, request: Request) -> Response:
        """One delivery."""
        body = await request.body()
        receiver = request.path_params["receiver"]
        headers = {name: request.headers.get(name, "") for name in _HEADERS}
        if len(body) > _LARGEST_BYTES or not self.is_genuine(receiver, body, headers):
            return Response(status_code=401)
        self.file(receiver, body, headers["webhook-id"])
        return Response(status_code=204)


def _verifies(secret: str, body: bytes, headers: dict[str, str]) -> bool:
    try:
        Webhook(secret).verify(body, headers)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def application(sink: WebhookSink) -> Starlette:
    """The HTTP side."""

    async def ready(_: Request) -> Response:
        return Response("ready")

    return Starlette(
        routes=[
            Route("/hooks/{receiver:str}", sink.receive, methods=["POST"]),
            Route("/readyz", ready),
        ]
    )


async def serve(smtp_port: int, http_port: int, directory: Path, secrets: Path) -> None:
    """Catch mail and webhooks until SIGTERM."""
    catcher = Mailbox(directory)
    mail = await asyncio.get_running_loop().create_server(
        lambda: SMTP(catcher, hostname="mash.example", enable_SMTPUTF8=True), LOOPBACK, smtp_port
    )
    sink = application(WebhookSink(directory, secrets))
    http = uvicorn.Server(uvicorn.Config(sink, host=LOOPBACK, port=http_port, log_level="warning", access_log=False))
    async with mail:
        await http.serve()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smtp", type=int, required=True)
    parser.add_argument("--http", type=int, required=True)
    parser.add_argument("--mailbox", type=Path, required=True)
    parser.add_argument("--secrets", type=Path, required=True)
    given = parser.parse_args()
    asyncio.run(serve(given.smtp, given.http, given.mailbox, given.secrets))
