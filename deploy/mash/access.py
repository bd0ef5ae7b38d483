"""Agencies and staff of the demo, registered with the services that know them."""

from deploy.mash.embedded.secrets import AGENCIES, Access


async def register_all(url: str, access: Access) -> None:
    """Register the four demo agencies and the demo accounts. Doing it again changes nothing."""
    from services.console.access import register_staff
    from services.intake.access import register_agency
    from shared.database import make_engine

    engine = make_engine(url, application="mash-access", pool_size=1)
    try:
        for kind, (agency_id, name) in AGENCIES.items():
            await register_agency(engine, agency_id=agency_id, kind=kind, name=name, token=access.tokens[kind])
        for member in access.staff:
            await register_staff(engine, username=member.username, role=member.role, password=member.password)
    finally:
        await engine.dispose()
