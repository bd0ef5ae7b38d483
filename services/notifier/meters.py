"""What operators count about deliveries. Labels are channels and statuses only."""

from prometheus_client import Counter

ATTEMPTS = Counter("mash_delivery_attempts_total", "Attempts to deliver by what followed", ["channel", "status"])
