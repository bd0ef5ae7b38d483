"""Builds the router once: settings, packs, unit of work, stages for both lanes, the watch over the clocks."""

from functools import partial

from services.router.clock_watch import ClockWatch
from services.router.handlers import apply_decisions, place_contacts
from services.router.pack import load_routing
from services.router.settings import RouterSettings
from services.router.work import RouterWork
from shared.clock import london_date, now
from shared.messages.contact_assessed import ContactAssessed
from shared.messages.envelope import Lane
from shared.messages.staff_decided import StaffDecided
from shared.service import Service, lay_foundation
from shared.settings import read_settings
from shared.stage import Stage
from shared.topics import CONTACT_ASSESSED, STAFF_DECIDED

NAME = "router"


def build(settings: RouterSettings | None = None) -> Service:
    """The router, ready to run. Raises SettingsError where a setting or a pack is not right."""
    settings = settings or read_settings(RouterSettings)
    routing = load_routing(settings.policy_dir, settings.authority, today=london_date(now()))
    foundation = lay_foundation(settings, NAME, partial(RouterWork, routing=routing))
    watch = ClockWatch(foundation.open_work, routing.clocks, settings.clock_check_seconds)
    return Service(
        foundation=foundation,
        stages=[
            Stage(NAME, "place-contacts", CONTACT_ASSESSED[Lane.URGENT], ContactAssessed, place_contacts),
            Stage(NAME, "place-contacts", CONTACT_ASSESSED[Lane.ROUTINE], ContactAssessed, place_contacts),
            Stage(NAME, "apply-decisions", STAFF_DECIDED[Lane.URGENT], StaffDecided, apply_decisions),
            Stage(NAME, "apply-decisions", STAFF_DECIDED[Lane.ROUTINE], StaffDecided, apply_decisions),
        ],
        background=[watch.run],
    )
