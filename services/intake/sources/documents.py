"""Documents that a message carries in base64: text is read like the rest of it, anything else waits for a person.

Wherever they stand: FHIR attachments and Binary resources, attachments of forms. What cannot be read may say anything,
so a contact with such a document is looked at at once.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from services.intake.domain.plain_text import BREAK
from services.intake.raw_text import from_base64, is_packed, looks_like_text, narrow_text, wide_codec
from services.intake.sources.drafts import Draft, Item
from services.intake.sources.fields import storable
from services.intake.sources.notes import defect

_DATA = ("data", "base64", "contentBase64")
_SIGNS = frozenset({"contenttype", "mimetype", "mediatype", "hash", "size", "title", "filename", "url"})
_HOLDERS = ("attachment", "presentedform", "document", "file")
_NO_DOCUMENT = frozenset({"sigFormat", "dimensions"})  # FHIR Signature and SampledData have a field data of their own
_TEXT_TYPES = (
    "text/",
    "application/json",
    "application/fhir",
    "application/xml",
    "application/xhtml",
    "application/rtf",
)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_RTF_CODE = re.compile(r"\\'([0-9a-fA-F]{2})")
_RTF_WORD = re.compile(r"\\[a-zA-Z]+-?\d* ?|[{}]")


@dataclass(frozen=True, slots=True, repr=False)
class Document:
    """One document. pointer: of its data; text None: it could not be read."""

    pointer: str
    text: str | None


def documents_in(message: object) -> list[Document]:
    """Every document that stands in a JSON value, in its order."""
    found: list[Document] = []
    for pointer, holder in _holders(message):
        for name in _DATA:
            data = holder.get(name)
            if isinstance(data, str) and data:
                found.append(Document(f"{pointer}/{name}", _read(data, _type_of(holder))))
    return found


def with_documents(item: Item, message: object) -> Item:
    """The item with the words of its documents in the story of each child, and those that nobody could read noted."""
    documents = documents_in(message)
    if not documents:
        return item
    texts = [document.text for document in documents if document.text]
    unread = tuple(f"{item.pointer}{document.pointer}" for document in documents if document.text is None)
    drafts = tuple(_with_texts(draft, texts, unread) for draft in item.drafts)
    return replace(item, drafts=drafts, text=BREAK.join((item.text, *texts)), unread=unread)


def _with_texts(draft: Draft, texts: list[str], unread: tuple[str, ...]) -> Draft:
    narrative = "\n\n".join(part for part in (draft.narrative, *texts) if part) or None
    notes = tuple(defect("document_unread", pointer) for pointer in unread)
    return replace(draft, narrative=narrative, defects=draft.defects + notes)


def _holders(message: object) -> Iterator[tuple[str, dict[str, object]]]:
    """The objects that hold a document, depth first, without recursion."""
    stack: list[tuple[str, str, object]] = [("", "", message)]
    while stack:
        pointer, name, value = stack.pop()
        if isinstance(value, dict):
            if is_document(value, name):
                yield pointer, value
            inner = [(f"{pointer}/{key}", str(key), child) for key, child in value.items() if key != "photo"]
            stack.extend(entry for entry in reversed(inner) if isinstance(entry[2], dict | list))
        elif isinstance(value, list):
            numbered = [(f"{pointer}/{n}", name, child) for n, child in enumerate(value)]
            stack.extend(entry for entry in reversed(numbered) if isinstance(entry[2], dict | list))


def is_document(value: dict[str, object], name: str) -> bool:
    """Whether an object in a field `name` holds a document in base64."""
    if _DATA[0] not in value and _DATA[1] not in value and _DATA[2] not in value:
        return False
    if not _NO_DOCUMENT.isdisjoint(value):
        return False
    named = value.get("resourceType") == "Binary" or any(part in name.lower() for part in _HOLDERS)
    return named or not _SIGNS.isdisjoint(key.lower() for key in value)


def _type_of(holder: dict[str, object]) -> str:
    named = (holder.get(key) for key in ("contentType", "mimeType", "mediaType"))
    return next((value.strip().lower() for value in named if isinstance(value, str)), "")


def _read(data: str, content_type: str) -> str | None:
    """The words of a document, None where they cannot be read."""
    content = from_base64(data.encode("utf-8", "replace"))
    if content is None or is_packed(content) or content[:4] == b"%PDF" or not looks_like_text(content):
        return None
    if content_type and not content_type.startswith(_TEXT_TYPES):
        return None
    codec = wide_codec(content)
    text = content.decode(codec, "replace").removeprefix("\ufeff") if codec else narrow_text(content)
    if "rtf" in content_type or text.startswith("{\\rtf"):
        text = _RTF_WORD.sub("", _RTF_CODE.sub(lambda match: bytes.fromhex(match[1]).decode("cp1252", "replace"), text))
    elif "html" in content_type or "xml" in content_type:
        text = html.unescape(_TAG.sub(" ", text))
    return storable(text).strip() or None
