"""A sealed part opens for its own contact and name only, and every change to it is noticed."""

import base64
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import PermanentFailure, ReasonCode, SettingsError
from shared.sealing import KeyEncryption, ServiceSeal, WrappedKey, keyed_hash, new_kek_line

ALICE = UUID("018f0000-0000-7000-8000-000000000001")
BEN = UUID("018f0000-0000-7000-8000-000000000002")
KEK = KeyEncryption(base64.b64encode(b"k" * 32).decode())


@given(st.binary(max_size=2000), st.text(min_size=1, max_size=20))
def test_what_is_sealed_opens_unchanged(plain: bytes, part: str) -> None:
    key, kept = KEK.new_data_key(ALICE)
    assert KEK.unwrap(kept).open(part, key.seal(part, plain)) == plain


@given(st.binary(min_size=1, max_size=200), st.data())
def test_any_flipped_bit_is_noticed(plain: bytes, data: st.DataObject) -> None:
    key, _ = KEK.new_data_key(ALICE)
    sealed = key.seal("contact", plain)
    at = data.draw(st.integers(0, len(sealed.ciphertext) * 8 - 1))
    changed = bytearray(sealed.ciphertext)
    changed[at // 8] ^= 1 << (at % 8)
    with pytest.raises(PermanentFailure) as failure:
        key.open("contact", sealed.model_copy(update={"ciphertext": bytes(changed)}))
    assert failure.value.reason is ReasonCode.SEAL_BROKEN


def test_a_part_moved_to_another_name_or_another_contact_does_not_open() -> None:
    alice, kept = KEK.new_data_key(ALICE)
    sealed = alice.seal("contact", b"about alice")
    with pytest.raises(PermanentFailure):
        alice.open("assessment", sealed)
    with pytest.raises(PermanentFailure):
        KEK.unwrap(WrappedKey(BEN, kept.kek_id, kept.wrapped))


def test_the_same_text_sealed_twice_looks_different() -> None:
    key, _ = KEK.new_data_key(ALICE)
    assert key.seal("contact", b"same").ciphertext != key.seal("contact", b"same").ciphertext


def test_after_a_rotation_old_data_keys_still_open_and_new_ones_use_the_new_key() -> None:
    old_line, new_line = new_kek_line(), new_kek_line()
    before = KeyEncryption(old_line)
    key, kept = before.new_data_key(ALICE)
    sealed = key.seal("contact", b"kept")
    after = KeyEncryption(f"{new_line}\n{old_line}\n")
    assert after.unwrap(kept).open("contact", sealed) == b"kept"
    assert after.new_data_key(BEN)[1].kek_id == after.current != before.current


def test_a_lost_key_encryption_key_opens_nothing() -> None:
    _, kept = KEK.new_data_key(ALICE)
    with pytest.raises(PermanentFailure):
        KeyEncryption(new_kek_line()).unwrap(kept)


@pytest.mark.parametrize("text", ["", "c2hvcnQ=", "not base64!", base64.b64encode(b"x" * 31).decode()])
def test_a_malformed_key_file_is_refused_with_the_remedy_and_without_the_key(text: str) -> None:
    with pytest.raises(SettingsError, match="mash key") as refusal:
        KeyEncryption(text)
    assert not text or text not in str(refusal.value)


def test_a_service_seal_opens_only_for_what_it_was_bound_to() -> None:
    seal = ServiceSeal(KEK)
    sealed = seal.seal(b"refused body", "intake.refused")
    assert seal.open(sealed, "intake.refused") == b"refused body"
    with pytest.raises(PermanentFailure):
        seal.open(sealed, "intake.quarantine")


def test_keyed_hashes_keep_value_borders_apart() -> None:
    assert keyed_hash(b"k", "ab", "c") != keyed_hash(b"k", "a", "bc")
    assert keyed_hash(b"k", "ab", "c") != keyed_hash(b"other", "ab", "c")


def test_nothing_secret_is_printed() -> None:
    key, _ = KEK.new_data_key(ALICE)
    sealed = key.seal("contact", b"canary")
    assert "ciphertext" not in repr(sealed)
    assert "nonce" not in repr(sealed)
