"""Why something needs a person, in words that say what happened and not what the code is called."""

KINDS = {
    "quarantined": "Message set aside",
    "parked": "Message that keeps failing",
    "unsent": "Message that could not be sent",
    "refused": "Submission refused",
    "held": "Submission held for a person",
}

SERVICES = {
    "intake": "Intake",
    "triage": "Triage",
    "router": "Routing",
    "notifier": "Notices",
    "console": "Console",
}

ATTENTION_STATES = {
    "open": "Needs a person",
    "released": "Released: the system tries again",
    "resolved": "Resolved by a person",
}

WHY = {
    "unreadable": "It could not be read",
    "wrong-type": "It is not the kind of message that belongs here",
    "unsupported-version": "It is of a version that this release does not read",
    "poison-header": "A part beside the message was not text",
    "seal-broken": "The seal on its content is broken",
    "key-destroyed": "The key to its content was destroyed",
    "key-unknown": "The key that would prove where it came from is not here",
    "value-refused": "It holds a value that the database does not take",
    "rule-failed": "A rule failed on it",
    "unknown-code": "It holds a code that we do not know",
    "contact-unknown": "It is about a contact that is not known here",
    "crashed-repeatedly": "The service stopped each time it read it",
    "behind-parked": "It waits behind an earlier message about the same child",
    "try-again": "Something it needs was not available",
    "unproven": "Nothing proves that one of our services sent it: it is never tried again",
    "too-large": "It is larger than Kafka takes",
    "empty-body": "It was empty",
    "not-utf8": "It was not UTF-8 text",
    "nul-byte": "It contained NUL bytes",
    "not-json": "It was not JSON",
    "truncated": "It ended too early",
    "nested-too-deep": "It was nested too deeply",
    "duplicate-key": "It named the same field twice",
    "number-out-of-range": "A number in it was out of range",
    "not-csv": "It was not CSV",
    "unknown-header": "Its first row named no column that we know",
    "too-many-items": "It held too many items",
    "not-a-message-bundle": "It was not a FHIR message bundle",
    "nothing-readable": "No child and no concern could be read from it",
    "wrong-content-type": "It came as a type that is not accepted",
    "wrong-charset": "It came in a character set that is not accepted",
    "content-encoded": "It came compressed",
    "body-too-large": "It was too large",
    "body-too-slow": "It came too slowly",
    "body-cut-off": "The connection ended before it did",
    "bad-header": "A header was not plain text",
    "bad-idempotency-key": "Its Idempotency-Key was not usable",
    "wrong-agency-kind": "It came to the address of another kind of agency",
    "idempotency-key-reused": "Its Idempotency-Key was used before with another body",
    "version-conflict": "The same message and version came before with other content",
    "version_conflict": "The same message and version came before with other content",
    "not-accepted": "A fault of ours kept it from being accepted",
}

REASON_ACTS = {
    "open-restricted": "Opened the restricted record",
    "open-content": "Opened the content",
    "release": "Released it to be tried again",
    "resolve": "Resolved it",
}
