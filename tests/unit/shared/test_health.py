"""Who may read the metrics."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from shared.errors import SettingsError
from shared.health import health_routes
from shared.settings import CommonSettings

TOKEN = "a-token-of-the-test"


async def _status(host: str, token: str | None, **headers: str) -> int:
    app = FastAPI()
    app.include_router(health_routes([], token))
    transport = httpx.ASGITransport(app, client=(host, 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://router.example") as client:
        return (await client.get("/metrics", headers=headers)).status_code


@pytest.mark.parametrize(
    ("host", "token", "headers", "status"),
    [
        ("127.0.0.1", None, {}, 200),
        ("::1", None, {}, 200),
        ("127.0.0.1", TOKEN, {}, 200),
        ("192.0.2.7", None, {}, 401),
        ("192.0.2.7", None, {"Authorization": "Bearer "}, 401),
        ("192.0.2.7", None, {"Authorization": "Bearer None"}, 401),
        ("192.0.2.7", TOKEN, {}, 401),
        ("192.0.2.7", TOKEN, {"Authorization": "Bearer another"}, 401),
        ("192.0.2.7", TOKEN, {"Authorization": f"Basic {TOKEN}"}, 401),
        ("192.0.2.7", TOKEN, {"Authorization": f"Bearer {TOKEN}"}, 200),
        ("127.0.0.1", TOKEN, {"X-Forwarded-For": "192.0.2.7"}, 401),
        ("127.0.0.1", None, {"Forwarded": "for=127.0.0.1"}, 401),
        ("127.0.0.1", TOKEN, {"Via": "1.1 proxy", "Authorization": f"Bearer {TOKEN}"}, 200),
        ("not an address", None, {}, 401),
    ],
)
async def test_metrics_answer_this_machine_and_the_bearer_of_the_token(
    host: str, token: str | None, headers: dict[str, str], status: int
) -> None:
    assert await _status(host, token, **headers) == status


def _settings(file: Path | None) -> CommonSettings:
    values = {"database_url": "postgresql+asyncpg://a:b@c/d", "kafka_bootstrap": "k:1", "kek": "x"}
    return CommonSettings.model_validate(values | {"metrics_token_file": file})


def test_the_token_comes_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    assert _settings(file).metrics_token() == TOKEN
    assert _settings(None).metrics_token() is None


@pytest.mark.parametrize("content", [b"", b"short", b"\xff\xfe"])
def test_an_unusable_token_keeps_the_process_from_starting(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match="MASH_METRICS_TOKEN_FILE"):
        _settings(file).metrics_token()
    with pytest.raises(SettingsError, match="cannot read"):
        _settings(tmp_path / "none").metrics_token()
