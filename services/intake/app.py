"""Builds intake once: settings, danger policy, front door and routes. It never needs Kafka to accept."""

from functools import partial

from fastapi import FastAPI

from services.intake.front_door import FrontDoor
from services.intake.http.contacts import ContactsApi, contacts_router
from services.intake.http.receipts import Receipts, receipts_router
from services.intake.http.route import answer_unrouted
from services.intake.policy import danger_policy
from services.intake.senders import Senders
from services.intake.settings import IntakeSettings
from services.intake.work import IntakeWork
from shared.sealing import KeyEncryption, ServiceSeal
from shared.service import Service, lay_foundation
from shared.settings import read_settings

NAME = "intake"


def build(settings: IntakeSettings | None = None) -> Service:
    """Intake, ready to run. Raises SettingsError where a setting or the danger pack is not right."""
    settings = settings or read_settings(IntakeSettings)
    policy = danger_policy(settings.policy_dir, settings.authority)
    seal = ServiceSeal(KeyEncryption(settings.kek_text()))
    foundation = lay_foundation(settings, NAME, partial(IntakeWork, seal=seal), pool_size=10)
    door = FrontDoor(foundation.open_work, foundation.kek, policy, settings)
    api = ContactsApi(door, Senders(foundation.engine, settings.agencies_refresh_seconds), settings)
    receipts = Receipts(foundation.engine, policy.advice)

    def mount(app: FastAPI) -> None:
        answer_unrouted(app, policy.advice)

    return Service(
        foundation=foundation,
        routers=[contacts_router(api, door), receipts_router(api, receipts, policy.advice)],
        background=[door.expire_refused],
        on_stop=[door.finish],
        mount=mount,
    )
