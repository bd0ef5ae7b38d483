"""The addresses that forms may come from."""

import pytest
from pydantic import SecretStr, ValidationError

from services.console.settings import ConsoleSettings
from tests.builders.console_desk import KEK_TEXT


def _settings(**values: object) -> ConsoleSettings:
    base = {
        "database_url": SecretStr("postgresql+asyncpg://db.test/mash"),
        "kafka_bootstrap": "kafka.test:9092",
        "kek": SecretStr(KEK_TEXT),
        "public_url": None,
        "host": "127.0.0.1",
        "port": 8460,
    }
    return ConsoleSettings(**{**base, **values})  # type: ignore[arg-type]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "0.0.0.0"])
def test_a_console_on_this_machine_answers_to_its_three_names(host: str) -> None:
    assert _settings(host=host).origins == {"http://127.0.0.1:8460", "http://localhost:8460", "http://[::1]:8460"}


@pytest.mark.parametrize(
    ("values", "origins"),
    [
        ({"host": "192.0.2.4"}, {"http://192.0.2.4:8460"}),
        ({"public_url": "https://Console.Example/"}, {"https://console.example"}),
        ({"public_url": "https://console.example:443/start"}, {"https://console.example"}),
        ({"public_url": "http://console.example:8080"}, {"http://console.example:8080"}),
        ({"host": "192.0.2.4", "console_tls": True, "port": 443}, {"https://192.0.2.4"}),
        (
            {"public_url": "https://a.example", "console_origins": " https://b.example, http://c.example:81 "},
            {"https://a.example", "https://b.example", "http://c.example:81"},
        ),
    ],
)
def test_forms_come_from_the_configured_addresses_and_no_others(values: dict[str, object], origins: set[str]) -> None:
    assert _settings(**values).origins == origins


@pytest.mark.parametrize("wrong", ["console.example", "ftp://console.example", "https://", "https://a b.example\n"])
def test_an_address_that_is_none_is_refused_at_the_start(wrong: str) -> None:
    with pytest.raises(ValidationError):
        _settings(public_url=wrong)
    with pytest.raises(ValidationError):
        _settings(console_origins=f"https://a.example,{wrong}")
