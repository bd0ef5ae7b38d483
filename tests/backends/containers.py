"""PostgreSQL and Kafka as containers, where an engine answers and has or can pull the images."""

from dataclasses import dataclass
from typing import Any

from deploy.mash.embedded.ports import free_port

POSTGRES_IMAGE = "postgres:18"
KAFKA_IMAGE = "apache/kafka:4.3.1"
START_SECONDS = 90


class NoContainersError(Exception):
    """No engine answers, or it cannot run the image; the text says which."""


@dataclass
class Container:
    """A running container and the address of what is in it."""

    address: str
    container: Any

    def stop(self) -> None:
        """Stop and remove it."""
        self.container.stop()


def check_engine() -> None:
    """Raises NoContainersError where no engine answers."""
    import docker

    try:
        docker.from_env(timeout=5).ping()
    except Exception as error:
        raise NoContainersError(f"no container engine answers ({type(error).__name__})") from error


def start_postgres() -> Container:
    """PostgreSQL 18; the address is an SQLAlchemy URL."""
    check_engine()
    from testcontainers.postgres import PostgresContainer

    container = PostgresContainer(POSTGRES_IMAGE, username="mash", password="mash", dbname="mash", driver="asyncpg")
    _start(container, POSTGRES_IMAGE)
    return Container(container.get_connection_url(), container)


def start_kafka() -> Container:
    """One KRaft node of the official image, at a port of this machine that it advertises; the address is host:port."""
    check_engine()
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy

    port = free_port()
    container = DockerContainer(KAFKA_IMAGE).with_bind_ports(9092, port)
    address = f"{container.get_docker_client().host()}:{port}"
    for name, value in _kafka_environment(address).items():
        container.with_env(name, value)
    container.waiting_for(LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(START_SECONDS))
    _start(container, KAFKA_IMAGE)
    return Container(address, container)


def _start(container: Any, image: str) -> None:
    try:
        container.start()
    except Exception as error:
        raise NoContainersError(f"the container engine cannot run {image} ({type(error).__name__})") from error


def _kafka_environment(address: str) -> dict[str, str]:
    return {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_LISTENERS": "PLAINTEXT://0.0.0.0:9092,CONTROLLER://127.0.0.1:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://{address}",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@127.0.0.1:9093",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
        "KAFKA_LOG_MESSAGE_TIMESTAMP_TYPE": "LogAppendTime",
        "KAFKA_MESSAGE_MAX_BYTES": str(8 * 1024 * 1024),
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "4",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
    }
