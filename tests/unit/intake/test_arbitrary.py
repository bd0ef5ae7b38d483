"""No body makes a connector fail: it reads it or refuses it, and what it reads becomes contacts."""

from hypothesis import HealthCheck, given, settings

from services.intake.domain.refusals import Refused
from services.intake.sources.drafts import Draft
from shared.codes import codes
from tests.unit.intake.arbitrary import bodies, examples
from tests.unit.intake.preparing import prepared
from tests.unit.intake.reading import read_items


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(bodies)
def test_a_connector_reads_or_refuses_and_never_fails(body: tuple[str, bytes]) -> None:
    kind, content = body
    try:
        items = read_items(kind, content)
    except Refused:
        return
    assert items
    assert all(bool(item.drafts) != bool(item.held) for item in items)
    assert all(_codes_of(draft) <= set(codes("defect")) for item in items for draft in item.drafts)


def _codes_of(draft: Draft) -> set[str]:
    return {defect.code for defect in draft.defects}


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(bodies)
def test_what_is_read_can_be_prepared_and_written_as_json(body: tuple[str, bytes]) -> None:
    kind, content = body
    try:
        items = prepared(kind, content)
    except Refused:
        return
    for item in items:
        for contact in item.contacts:
            contact.body.decode()
            assert b"\\u0000" not in contact.body


def test_the_examples_reach_every_kind_of_ending() -> None:
    read, refused = 0, set()
    for kind, content in examples(1, 300):
        try:
            read += bool(read_items(kind, content))
        except Refused as error:
            refused.add(error.reason.value)
    assert read > 50
    assert refused >= {"empty-body", "not-json", "truncated", "nothing-readable", "unknown-header"}
