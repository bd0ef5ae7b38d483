"""Whether two records tell of the same child: compared field by field, weighed in the open, barred by guards.

Pure: what is known of names and how much each agreement counts comes in as a model (`weights.py`, `words.py`).
Invariants, held by property tests: comparing is symmetric and does not depend on the order of anything told; an
identifier that agrees never lowers a weight; where a guard bars a link no weight makes one.
"""
