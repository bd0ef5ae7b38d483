"""What the role of each service may do in PostgreSQL: everything in its own schema, elsewhere only what it reads.

A service that is taken over cannot change what another one keeps, nor read more of it than the contract views show.
"""

from collections.abc import Iterator

SERVICES = ("intake", "triage", "router", "notifier", "console")

# Beyond its own schema, by service. The console settles what needs a person in every service, by their own functions.
_READS = {
    "intake": ("router.v_case",),
    "triage": (),
    "router": (),
    "notifier": (),
    "console": (
        *("intake.v_accepted", "intake.v_refused", "intake.v_refused_bodies"),
        *("triage.v_assessment", "triage.v_involvement", "notifier.v_notice"),
        *("router.v_case", "router.v_placement", "router.v_decision"),
        *(f"{service}.{table}" for service in SERVICES for table in ("v_attention", "outbox", "quarantine", "parked")),
    ),
}


def grant_steps(prefix: str) -> Iterator[str]:
    """Statements that give the roles `<prefix><service>` their rights; doing it again changes nothing.

    prefix: small letters, digits and underscores.
    """
    for service in SERVICES:
        role = f'"{prefix}{service}"'
        yield from _of_its_own(service, role)
        for schema in ("keyring", *SERVICES):
            yield f"grant usage on schema {schema} to {role}"
            yield f"grant select on {schema}.migration to {role}"
        yield f"grant select, insert, update on keyring.data_keys to {role}"
        for other in SERVICES:
            yield f"grant select on {other}.inbox to {role}"  # Whoever writes a message looks whether it was handled.
        for table in _READS[service]:
            yield f"grant select on {table} to {role}"
    for service in SERVICES:
        settle = f"{service}.settle_attention(uuid, text, text, text)"
        yield f"revoke execute on function {settle} from public"
        yield f'grant execute on function {settle} to "{prefix}console"'


def _of_its_own(service: str, role: str) -> Iterator[str]:
    yield f"grant select, insert, update, delete on all tables in schema {service} to {role}"
    yield f"revoke insert, update, delete on {service}.migration from {role}"
    yield f"grant usage on all sequences in schema {service} to {role}"
    yield f"grant execute on all functions in schema {service} to {role}"
