"""Migrations of the router schema."""

from shared.migrations import run_env

run_env("router")
