"""`mash topics`."""

import asyncio
import json
import os
import shlex
from typing import Annotated

import typer

from deploy.mash.addresses import kafka_link
from deploy.mash.external import KAFKA_VARIABLE


def topics(
    asyncapi: Annotated[
        bool, typer.Option("--asyncapi", help="Print the AsyncAPI document and create nothing.")
    ] = False,
    acls: Annotated[
        str | None,
        typer.Option(
            "--acls",
            metavar="PREFIX",
            help="Print what the users PREFIXintake, … may do: arguments of kafka-acls.sh, a call a line.",
        ),
    ] = None,
) -> None:
    """Create the topics of the catalogue that are missing, and list them all.

    Kafka is the one of MASH_KAFKA_BOOTSTRAP, else that of the data directory. Nothing is ever deleted or changed;
    a topic whose partition count is not the catalogue's is listed as "differs".
    """
    if asyncapi:
        from shared.asyncapi import document

        print(json.dumps(document(), indent=2))
        return
    if acls is not None:
        from shared.acls import acl_arguments

        for call in acl_arguments(acls):
            print(shlex.join(call))
        return
    from deploy.mash.schema import create_topics, wanted_partitions

    embedded = None
    if not os.environ.get(KAFKA_VARIABLE):
        from deploy.mash.plan import PARTITIONS

        embedded = PARTITIONS
    for name, state, partitions in asyncio.run(create_topics(kafka_link(), wanted_partitions() or embedded)):
        print(f"{state:8}  {partitions:3}  {name}")
