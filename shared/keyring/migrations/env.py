"""Migrations of the keyring schema."""

from shared.migrations import run_env

run_env("keyring")
