"""Builds the notifier once: settings, directory, channels, a delivery worker for each lane."""

from datetime import timedelta
from functools import partial
from typing import Any

from services.notifier.bundler import Bundler
from services.notifier.channels.email import EmailSender
from services.notifier.channels.secrets import SecretFiles
from services.notifier.channels.webhook import WebhookSender
from services.notifier.delivery import DeliveryWorker
from services.notifier.dispatch import Dispatcher
from services.notifier.domain.letter import Links
from services.notifier.handlers import note_moves, request_notices
from services.notifier.pack import read_directory
from services.notifier.settings import NotifierSettings
from services.notifier.work import NotifierWork
from shared.clock import now
from shared.messages.case_moved import CaseMoved
from shared.messages.envelope import Lane
from shared.messages.notice_requested import NoticeRequested
from shared.service import Service, lay_foundation
from shared.settings import read_settings
from shared.stage import Stage
from shared.topics import NOTICE_REQUESTED, QUEUES

NAME = "notifier"
ROUTINE_REST_SECONDS = 0.5  # Bulk wakes the worker with every batch; it tells nobody more often than the pause allows.


def build(settings: NotifierSettings | None = None) -> Service:
    """The notifier, ready to run. Raises SettingsError where a setting, the directory or a secret is not right."""
    settings = settings or read_settings(NotifierSettings)
    workers: dict[Lane, DeliveryWorker] = {}
    foundation = lay_foundation(settings, NAME, partial(NotifierWork, wake=partial(_wake, workers)), pool_size=6)
    dispatcher = make_dispatcher(settings)
    pauses = {Lane.URGENT: timedelta(0), Lane.ROUTINE: timedelta(seconds=settings.notice_pause_seconds)}
    for lane, pause in pauses.items():
        if lane.value in settings.lane_names:
            bundler = Bundler(foundation.open_work, dispatcher.directory, lane, pause)
            workers[lane] = DeliveryWorker(
                foundation.open_work,
                bundler,
                dispatcher,
                lane,
                settings.delivery_slots,
                rest_seconds=0.0 if lane is Lane.URGENT else ROUTINE_REST_SECONDS,
            )
    queues = tuple(QUEUES.values())
    stages: list[Stage[Any, NotifierWork]] = [
        Stage(NAME, "request-notices", NOTICE_REQUESTED[Lane.URGENT], NoticeRequested, request_notices),
        Stage(NAME, "request-notices", NOTICE_REQUESTED[Lane.ROUTINE], NoticeRequested, request_notices, patience=300),
        Stage(NAME, "note-moves", queues[0], CaseMoved, note_moves, also=queues[1:], patience=1000),
    ]
    return Service(
        foundation=foundation,
        stages=stages,
        background=[worker.run for worker in workers.values()],
        on_stop=[worker.stop for worker in workers.values()],
    )


def make_dispatcher(settings: NotifierSettings) -> Dispatcher:
    """Directory and channels as the settings say. Raises SettingsError."""
    allow_loopback = settings.webhook_allow_loopback
    directory = read_directory(settings.policy_dir, settings.authority, allow_loopback=allow_loopback)
    secrets = SecretFiles(settings.webhook_secrets_dir)
    secrets.check(directory)
    return Dispatcher(
        directory=directory,
        links=Links(settings.base_url),
        mail=EmailSender(settings.mail_server()),
        hooks=WebhookSender(secrets, now, allow_loopback=allow_loopback),
    )


def _wake(workers: dict[Lane, DeliveryWorker], lanes: frozenset[Lane]) -> None:
    for lane in lanes:
        if lane in workers:
            workers[lane].wake()
