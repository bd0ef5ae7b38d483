"""Migrations of the triage schema."""

from shared.migrations import run_env

run_env("triage")
