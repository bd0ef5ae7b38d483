"""Settings of the router beyond the common ones."""

from pydantic import Field

from shared.settings import CommonSettings


class RouterSettings(CommonSettings):
    """How often the clocks are looked at. Limits, alert points and office hours are policy, in the clocks pack."""

    clock_check_seconds: float = Field(default=5.0, gt=0, description="pause between two looks at the clocks")
