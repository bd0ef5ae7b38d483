"""What operators count at the front door. Labels are kinds and codes, never an agency and never a value."""

from prometheus_client import Counter

ACCEPTED = Counter("mash_intake_contacts_total", "Contacts accepted", ["kind", "lane"])
REFUSED = Counter("mash_intake_refused_total", "Bodies not accepted", ["kind", "reason"])
