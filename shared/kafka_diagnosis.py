"""Why a Kafka does not let this process in: the client's errors all read alike."""

import asyncio
import ssl

from shared.kafka_link import KafkaLink

SECONDS = 5.0


async def why_unreachable(link: KafkaLink) -> str:
    """What the first address does that can be reached, in words for a person who can change settings."""
    words = ""
    for address in link.bootstrap.split(","):
        host, _, port = address.strip().rpartition(":")
        if not port.isdecimal():
            return f"{address.strip()} is no address: write it like kafka.example:9092"
        words = await _tried(link, host.strip("[]"), int(port))
        if not words.startswith("nothing answers"):
            return words
    return words


async def _tried(link: KafkaLink, host: str, port: int) -> str:
    try:
        async with asyncio.timeout(SECONDS):
            _, writer = await asyncio.open_connection(host, port, ssl=link.tls)
    except ssl.SSLCertVerificationError as error:
        return f"certificate verify failed, {error.verify_message}: set MASH_KAFKA_CA_FILE to who signed the brokers'"
    except (ssl.SSLError, ConnectionResetError):
        return "the TLS handshake fails: does that port speak TLS, and does it want a certificate of this process?"
    except (OSError, TimeoutError) as error:
        return f"nothing answers there ({type(error).__name__})"
    writer.close()
    if link.login is not None:
        return f"it refuses the name or the password of {link.login.username}, or does not know {link.login.mechanism}"
    if link.tls is not None:
        return "it closes the connection: does it want MASH_KAFKA_CERT_FILE or MASH_KAFKA_USERNAME?"
    return "it listens and does not speak Kafka in the open: does it want MASH_KAFKA_TLS=true?"
