"""A place or a group as the subject: Team Around the Community is asked for a community, not for one child."""

from services.intake.sources.fields import Fields
from services.intake.sources.items import read_services
from services.intake.sources.people import short
from shared.identifiers import InvalidIdentifier, Postcode, read_district
from shared.messages.contact import Place

COMMUNITY_SERVICES = frozenset({"tac", "maps"})
SERVICE_FIELDS = ("requestedService", "servicesRequested", "servicesAskedFor", "serviceRequested")


def is_about_a_place(message: Fields) -> bool:
    """Whether a message without children asks for a community service or names a place or group."""
    if read_services(message, *SERVICE_FIELDS) in COMMUNITY_SERVICES:
        return True
    return isinstance(message.raw("place", "community"), dict) or bool(message.text("placeName", "groupName"))


def read_place(message: Fields) -> Place:
    """The place: its own fields, else the place of the incident. A place without a name is called by its address."""
    place = message.inside("place", "community")
    if not place:
        place = message.inside("incident").inside("place")
    address = place.text("address", "location") or ", ".join(place.texts("lines", separators="\n,")) or None
    name = place.text("name", "group") or message.text("placeName", "groupName") or address
    if name is None:
        place.note("name_missing", "name")
    return Place(
        name=short(name) or "",
        postcode=_postcode(place),
        description=place.prose("description", "about"),
    )


def _postcode(place: Fields) -> str | None:
    text = place.text("postcode", "postCode")
    if text is None:
        return None
    try:
        return Postcode.parse(text).value
    except InvalidIdentifier:
        place.note("postcode_partial" if read_district(text) else "postcode_invalid", "postcode")
        return read_district(text) or text
