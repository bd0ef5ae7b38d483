import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain.line import EmailAddress, Line, Reference, UnsafeText

BREAKS = ("\r", "\n", "\r\n", "\x00", "\x0b", "\x0c", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", "\u202e", "\u200b")


@pytest.mark.parametrize("sign", BREAKS)
@pytest.mark.parametrize("place", ["{}MASH notice", "MASH{} notice", "MASH notice{}"])
def test_a_line_refuses_breaks_controls_and_invisible_signs_wherever_they_stand(sign: str, place: str) -> None:
    with pytest.raises(UnsafeText):
        Line(place.format(sign))


@given(st.text(), st.sampled_from(BREAKS), st.text())
def test_no_text_around_a_break_makes_a_line(before: str, sign: str, after: str) -> None:
    with pytest.raises(UnsafeText):
        Line(f"x{before}{sign}{after}x")


@given(st.text(min_size=0, max_size=300))
def test_what_a_line_accepts_stays_one_line_for_every_splitter(text: str) -> None:
    try:
        line = Line(text)
    except UnsafeText:
        return
    assert line.text.splitlines() == [text]
    assert 1 <= len(line.text) <= 200


def test_the_error_does_not_repeat_the_text() -> None:
    with pytest.raises(UnsafeText) as raised:
        Line("Kacey Testchild\nBcc: x@example.org")
    assert "Kacey" not in str(raised.value)


@pytest.mark.parametrize(
    "address",
    [
        "team@agency.example",
        "first.last+mash@sub.agency.example",
        "a@b.example",
    ],
)
def test_a_bare_address_is_accepted(address: str) -> None:
    assert EmailAddress(address).text == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "team",
        "team@agency",
        "team@agency.example\nBcc: other@agency.example",
        "team@agency.example\r",
        "team@agency.example, other@agency.example",
        "team@agency.example other@agency.example",
        "Team <team@agency.example>",
        '"team x"@agency.example',
        "team@[127.0.0.1]",
        "team@127.0.0.1",
        "team@agency..example",
        "te..am@agency.example",
        ".team@agency.example",
        "team@-agency.example",
        "team@agency.example.",
        "tëam@agency.example",
        "team@agency.exämple",
        "a@" + "x" * 260 + ".example",
    ],
)
def test_anything_but_one_bare_address_is_refused(address: str) -> None:
    with pytest.raises(UnsafeText):
        EmailAddress(address)


@given(st.text())
def test_a_reference_never_holds_a_space_or_a_break(text: str) -> None:
    try:
        reference = Reference(text)
    except UnsafeText:
        return
    assert reference.text.replace("-", "a").isalnum()
    assert reference.text.isascii()
