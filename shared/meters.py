"""What operators count. Labels are codes and names of ours; never an id of a person, never a value from a message."""

from prometheus_client import Counter, Gauge, Histogram

HANDLED = Counter("mash_messages_total", "Messages by how they ended", ["consumer", "outcome"])
BATCH_SECONDS = Histogram(
    "mash_batch_seconds",
    "Time to handle one batch",
    ["consumer"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20),
)
AGE_SECONDS = Histogram(
    "mash_message_age_seconds",
    "Age of a contact's event when it was handled",
    ["consumer"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800),
)
NOT_RECORDED = Counter(
    "mash_not_recorded_total", "Batches left unacknowledged because nothing could be recorded", ["consumer"]
)
PUBLISHED = Counter("mash_published_total", "Outbox rows acknowledged by Kafka", ["service", "by"])
PRODUCER_RENEWED = Counter("mash_producer_renewed_total", "Producers given up and built anew", ["service"])
ACK_FAILED = Counter("mash_ack_failed_total", "Acknowledgements that failed; harmless, the inbox knows", ["consumer"])
REFUSED = Counter("mash_outbox_refused_total", "Outbox rows that Kafka will never take", ["service", "topic"])
LAG = Gauge("mash_consumer_lag", "Messages before this process that its group has not acknowledged", ["consumer"])
STALLED_SECONDS = Gauge(
    "mash_consumer_stalled_seconds", "For how long nothing was acknowledged although messages lie there", ["consumer"]
)
READER_BEHIND_SECONDS = Gauge(
    "mash_reader_behind_seconds",
    "For how long a reader has not passed what was there, as its writer sees it",
    ["topic", "reader"],
)
UNPUBLISHED = Gauge("mash_outbox_unpublished", "Outbox rows older than the relay's patience", ["service"])
RESENT = Counter(
    "mash_reconciled_total", "Messages sent again because a reader never handled them", ["service", "topic"]
)
