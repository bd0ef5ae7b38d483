"""Migrations of the console schema."""

from shared.migrations import run_env

run_env("console")
