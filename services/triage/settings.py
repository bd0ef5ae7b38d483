"""Settings of triage: the shared ones are all it needs."""

from shared.settings import CommonSettings


class TriageSettings(CommonSettings):
    """Read once in `app.py`; the continuum comes from `MASH_POLICY_DIR` and `MASH_AUTHORITY`."""
