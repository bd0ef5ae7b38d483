"""Settings of intake. Limits are per process; several processes multiply them."""

from pydantic import Field

from shared.settings import CommonSettings


class IntakeSettings(CommonSettings):
    """Size, time and rate limits of the front door. Every name begins with MASH_ in the environment."""

    body_limit_bytes: int = Field(default=4 * 1024 * 1024, ge=1024, description="largest body that is read")
    body_seconds: float = Field(default=30.0, gt=0, description="longest time a body may take to arrive")
    agency_rate_per_second: float = Field(default=500.0, gt=0, description="bodies of one agency, sustained")
    agency_burst: int = Field(default=2_000, ge=1, description="bodies of one agency at once")
    urgent_reserve_per_second: float = Field(default=20.0, gt=0, description="further bodies that read as danger")
    urgent_reserve_burst: int = Field(default=100, ge=1, description="further bodies that read as danger, at once")
    agencies_refresh_seconds: float = Field(default=10.0, gt=0, description="how long a changed token may still work")
    parse_aside_bytes: int = Field(default=32 * 1024, ge=0, description="larger bodies are read beside the event loop")
