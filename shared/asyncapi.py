"""The AsyncAPI 3.0 document of every topic, made from the catalogue and the message models, so it cannot drift."""

from typing import Any

from pydantic import BaseModel

from shared.messages.assessment import Assessment
from shared.messages.contact import CanonicalContact
from shared.topics import Topic, all_topics

_SEALED: dict[str, type[BaseModel]] = {"contact": CanonicalContact, "assessment": Assessment}


def _inline(schema: dict[str, Any], name: str, into: dict[str, Any]) -> dict[str, str]:
    """Put a JSON schema and its definitions among the components; returns the reference to it."""
    for inner, definition in schema.pop("$defs", {}).items():
        into[inner] = definition
    into[name] = schema
    return {"$ref": f"#/components/schemas/{name}"}


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.name,
        "description": f"Written by {' and '.join(topic.owners)}; handled by {', '.join(topic.readers)}.",
        "messages": {topic.message.__name__: {"$ref": f"#/components/messages/{topic.message.__name__}"}},
        "bindings": {"kafka": {"partitions": topic.partitions}},
    }


def document() -> dict[str, Any]:
    """The document as plain data, ready to be written as JSON."""
    schemas: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for topic in all_topics():
        kind = topic.message
        reference = _inline(kind.model_json_schema(ref_template="#/components/schemas/{model}"), kind.__name__, schemas)
        messages[kind.__name__] = {
            "name": kind.TYPE,
            "title": (kind.__doc__ or "").strip().splitlines()[0],
            "contentType": "application/json",
            "payload": reference,
        }
        channel = {"$ref": f"#/channels/{topic.name}"}
        for action, services in (("send", topic.owners), ("receive", topic.readers)):
            for service in services:
                operations[f"{service}.{action}.{topic.name}"] = {"action": action, "channel": channel}
    for name, model in _SEALED.items():
        _inline(model.model_json_schema(ref_template="#/components/schemas/{model}"), f"sealed.{name}", schemas)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "MASH referral router",
            "version": "1",
            "description": "Facets are codes in the open; `parts` are sealed per contact (AES-256-GCM).",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in all_topics()},
        "operations": operations,
        "components": {"messages": messages, "schemas": schemas},
    }
