"""`mash submit`."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.mash.addresses import system_url
from deploy.mash.layout import NotReachable, UsageMistake, layout_from_environment

if TYPE_CHECKING:
    import httpx

MEDIA_TYPES = {
    "police": "application/json",
    "school": "text/csv",
    "health": "application/fhir+json",
    "vcs": "application/json",
}
REFUSED = 1
TIMEOUT_SECONDS = 30.0


def submit(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Messages in the agency's own format.")],
    agency: Annotated[str, typer.Option(help=f"Kind of agency: {', '.join(MEDIA_TYPES)}.")],
    url: Annotated[str | None, typer.Option(help="Of the system; that of the data directory if not given.")] = None,
    token: Annotated[
        str | None, typer.Option(envvar="MASH_TOKEN", help="The agency's; that of the data directory if not given.")
    ] = None,
) -> None:
    """Send contacts as an agency would, and print each file's receipt.

    The same file sent again is recognised and makes nothing new. Exit 1 where any file was refused.
    """
    if agency not in MEDIA_TYPES:
        raise UsageMistake(f"no kind of agency {agency}: there are {', '.join(MEDIA_TYPES)}")
    messages = [(path, _read(path)) for path in files]
    url = None if url is None else system_url(url)
    if url is None or token is None:
        credentials = _credentials()
        url = url or credentials["base_url"]
        token = token or credentials["agencies"][agency]["token"]
    import httpx

    with httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS, headers={"Authorization": f"Bearer {token}"}) as client:
        accepted = [_send(client, agency, path, body) for path, body in messages]
    if not all(accepted):
        raise typer.Exit(REFUSED)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageMistake(f"{path}: {error.strerror}") from error


def _credentials() -> dict[str, Any]:
    path = layout_from_environment().credentials
    try:
        found: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        raise NotReachable(f"{path} is not there: start the system with `mash up`, or give --url and --token") from None
    except (OSError, ValueError) as error:
        raise NotReachable(f"{path} cannot be read: give --url and --token") from error
    return found


def _send(client: "httpx.Client", agency: str, path: Path, body: bytes) -> bool:
    """Send one file and print what became of it; whether it was accepted."""
    import httpx

    headers = {
        "Content-Type": MEDIA_TYPES[agency],
        "Idempotency-Key": f"mash-submit-{hashlib.sha256(body).hexdigest()[:40]}",
    }
    try:
        answer = client.post(f"/v1/contacts/{agency}", content=body, headers=headers)
    except httpx.HTTPError as error:
        raise NotReachable(f"no answer from {client.base_url} ({type(error).__name__}): is the system up?") from error
    accepted = answer.is_success
    print(f"{path}: {_receipt(answer.json(), client.base_url) if accepted else _problem(answer)}", flush=True)
    return accepted


def _receipt(receipt: dict[str, Any], base: "httpx.URL") -> str:
    contacts = receipt.get("contacts", [])
    defects = [str(_code(defect)) for contact in contacts for defect in contact.get("defects", [])]
    count = f"{len(contacts)} contact{'' if len(contacts) == 1 else 's'}"
    missing = f", to be completed: {', '.join(defects)}" if defects else ""
    where = f", at {base.join(receipt['status_url'])}" if receipt.get("status_url") else ""
    return f"receipt {receipt['receipt_id']}, {receipt['lane']} lane, {count}{missing}{where}"


def _code(defect: object) -> object:
    return defect.get("code", defect) if isinstance(defect, dict) else defect


def _problem(answer: "httpx.Response") -> str:
    """A refusal in one line, from problem+json where the answer is that."""
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    if not isinstance(problem, dict):
        problem = {}
    title, detail = str(problem.get("title") or ""), str(problem.get("detail") or "")
    parts = [detail] if title and detail.startswith(title) else [part for part in (title, detail) if part]
    receipt = f" (receipt {problem['receipt_id']})" if problem.get("receipt_id") else ""
    return " ".join(f"refused, {answer.status_code}: {'; '.join(parts) or answer.reason_phrase}{receipt}".split())
