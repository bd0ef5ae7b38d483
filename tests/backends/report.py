"""Says at the end of a test run which servers it used and names everything that did not run, with the reason."""

from collections.abc import Sequence

import pytest

from tests.backends.servers import Server

servers_used: dict[str, Server] = {}
_deselected: list[str] = []


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Remember what -k, -m or --deselect left out."""
    _deselected.extend(item.nodeid for item in items)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write the two sections."""
    write = terminalreporter.write_line
    terminalreporter.section("servers")
    for name in ("PostgreSQL", "Kafka", "Compose"):
        used = servers_used.get(name)
        write(f"{name}: {used.origin if used else 'no test needed it'}")
    not_run = [
        *(f"skipped: {report.nodeid}: {_reason(report)}" for report in terminalreporter.stats.get("skipped", [])),
        *(f"expected to fail: {report.nodeid}" for report in terminalreporter.stats.get("xfailed", [])),
        *(f"left out by options: {nodeid}" for nodeid in _deselected),
    ]
    terminalreporter.section("what did not run")
    for line in not_run or ["nothing: every collected test ran"]:
        write(line)


def _reason(report: pytest.TestReport) -> str:
    return str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)
