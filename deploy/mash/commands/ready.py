"""`mash ready`."""

import http.client

from deploy.mash.layout import Mistake, port_from_environment

SECONDS = 4.0


def ready() -> None:
    """Exit status 0 where the service at MASH_PORT on this machine is ready for its work, as container engines ask."""
    port = port_from_environment()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
    except (OSError, http.client.HTTPException) as error:
        raise Mistake(f"nothing answers at port {port}: {type(error).__name__}") from error
    finally:
        connection.close()
    if answer.status != http.client.OK:
        raise Mistake("not ready yet; /readyz says what is missing")
