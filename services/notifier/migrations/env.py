"""Migrations of the notifier schema."""

from shared.migrations import run_env

run_env("notifier")
