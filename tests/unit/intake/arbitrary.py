"""Arbitrary bodies: random bytes, random JSON, and good messages with one thing wrong."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from tests.builders.contacts import a_bundle, a_form, a_notice, a_row, a_table, as_json

KINDS = ("police", "school", "health", "vcs")
SAMPLES: dict[str, Any] = {"police": a_notice(), "health": a_bundle(), "vcs": a_form()}

texts = st.text(st.characters(codec=None), max_size=30)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | texts
values = st.recursive(leaves, lambda v: st.lists(v, max_size=3) | st.dictionaries(texts, v, max_size=3), max_leaves=8)


@st.composite
def mutated(draw: st.DrawFn, message: Any) -> Any:
    """The message with one value somewhere in it replaced, left out or doubled."""
    path: list[Any] = []
    place = message
    while isinstance(place, dict | list) and place and draw(st.integers(0, 4)):
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        path.append(draw(st.sampled_from(keys)))
        place = place[path[-1]]
    copy = json.loads(json.dumps(message))
    if not path:
        return draw(values)
    holder = copy
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = draw(values)
    return copy


def as_sent(message: Any) -> bytes:
    return json.dumps(message).encode()


bodies = st.one_of(
    st.tuples(st.sampled_from(KINDS), st.binary(max_size=200)),
    st.tuples(st.sampled_from(KINDS), values.map(as_sent)),
    *(st.tuples(st.just(kind), mutated(message).map(as_sent)) for kind, message in SAMPLES.items()),
    *(
        st.tuples(
            st.just(kind), st.tuples(st.just(as_json(message)), st.integers(0, 2_000)).map(lambda cut: cut[0][: cut[1]])
        )
        for kind, message in SAMPLES.items()
    ),
    st.tuples(
        st.just("school"),
        st.dictionaries(st.sampled_from(sorted(a_row())), texts, max_size=5).map(
            lambda cells: a_table(
                a_row(), a_row(**{k: v.encode("utf-8", "replace").decode() for k, v in cells.items()})
            )
        ),
    ),
    st.tuples(
        st.just("school"),
        st.tuples(st.integers(0, 900), st.binary(max_size=6)).map(
            lambda cut: a_table(a_row(), a_row(IncidentRef="2"))[: cut[0]] + cut[1] + a_table(a_row())[cut[0] :]
        ),
    ),
)


def examples(seed: int, count: int) -> list[tuple[str, bytes]]:
    """A fixed sample of bodies: a database for each single one would take hours."""
    found: list[tuple[str, bytes]] = []

    @settings(max_examples=count, database=None, derandomize=False, suppress_health_check=list(HealthCheck))
    @given(bodies)
    def collect(body: tuple[str, bytes]) -> None:
        found.append(body)

    seeded(seed)(collect)()
    return found[:count]
