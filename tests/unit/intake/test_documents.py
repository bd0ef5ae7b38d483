"""Documents in base64, wherever in a message they stand."""

import base64

import pytest

from services.intake.sources.documents import documents_in
from tests.builders.contacts import a_form, as_json
from tests.unit.intake.reading import defect_codes, only_draft, read_items

WORDS = "She can\u2019t sleep. He has a knife."


def inline(content: bytes, content_type: str | None = None) -> dict[str, object]:
    data = base64.b64encode(content).decode()
    return {"attachment": {"data": data, "title": "letter"} | ({"contentType": content_type} if content_type else {})}


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (WORDS.encode(), "text/plain"),
        (WORDS.encode(), None),
        (WORDS.encode("cp1252"), "TEXT/PLAIN; charset=windows-1252"),
        (WORDS.encode("utf-16"), "text/plain"),
        (WORDS.encode("utf-16-le"), "text/plain"),
        (b"<p class='x'>She can&rsquo;t sleep. He has<br/>a knife.</p>", "text/html"),
        (b"{\\rtf1\\ansi She can\\'92t sleep. He has {\\b a knife}.}", "application/rtf"),
    ],
)
def test_text_is_read_in_whatever_form_it_comes(content: bytes, content_type: str | None) -> None:
    (document,) = documents_in({"content": [inline(content, content_type)]})
    assert document.pointer == "/content/0/attachment/data"
    assert document.text is not None
    assert " ".join(document.text.split()) == WORDS


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"%PDF-1.7 text", None),
        (b"He has a knife", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 10, "image/png"),
        (bytes(range(256)), "text/plain"),
        (b"PK\x03\x04 a word file", None),
    ],
)
def test_what_is_no_text_is_not_read(content: bytes, content_type: str | None) -> None:
    assert [document.text for document in documents_in(inline(content, content_type))] == [None]


def test_data_that_is_no_base64_is_not_read() -> None:
    assert [document.text for document in documents_in({"attachment": {"data": "not base64!"}})] == [None]


@pytest.mark.parametrize(
    "message",
    [
        {"valueSampledData": {"data": "1 2 3 E", "dimensions": 1, "period": 10}},
        {"signature": {"sigFormat": "image/png", "data": "aGVsbG8gdGhlcmU="}},
        {"photo": [{"contentType": "image/jpeg", "data": "/9j/4AAQSkZJRg=="}]},
        {"data": "He was seen at home."},
        {"attachment": {"contentType": "text/plain", "url": "https://example.org/x", "data": ""}},
    ],
)
def test_other_fields_of_that_name_are_no_documents(message: dict[str, object]) -> None:
    assert documents_in(message) == []


def test_a_form_tells_the_words_of_its_attachments_and_names_those_it_cannot_read() -> None:
    attachments = [
        {"name": "notes.txt", "contentType": "text/plain", "data": base64.b64encode(WORDS.encode()).decode()},
        {"name": "scan.pdf", "contentType": "application/pdf", "data": "JVBERi0="},
    ]
    body = as_json(a_form(attachments=attachments))
    draft = only_draft("vcs", body)
    assert str(draft.narrative).endswith(WORDS)
    assert "document_unread" in defect_codes(draft)
    (item,) = read_items("vcs", body)
    assert item.unread == ("/attachments/1/data",)
    assert WORDS in item.text
