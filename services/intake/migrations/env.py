"""Migrations of the intake schema."""

from shared.migrations import run_env

run_env("intake")
