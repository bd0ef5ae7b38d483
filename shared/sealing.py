"""Personal data rests sealed: AES-256-GCM under one data key per contact, wrapped by a key outside the database.

Each sealed part authenticates contact, part name and scheme, so a part moved to another contact or name does not open.
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import BaseModel

from shared.errors import PermanentFailure, ReasonCode, SettingsError
from shared.messages.envelope import SealedPart

SCHEME = "A256GCM-1"
_NONCE_BYTES = 12


def new_kek_line() -> str:
    """A fresh 256-bit key-encryption key as one line of a key file."""
    return base64.b64encode(AESGCM.generate_key(256)).decode()


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of one contact, unwrapped, in memory only."""

    contact_id: UUID
    _cipher: AESGCM

    def _bound_to(self, part: str) -> bytes:
        return self.contact_id.bytes + f"|{part}|{SCHEME}".encode()

    def seal(self, part: str, value: BaseModel | bytes) -> SealedPart:
        """`value` (a model as JSON, or bytes) sealed as the part named `part` of this contact."""
        plain = value if isinstance(value, bytes) else value.model_dump_json().encode()
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, plain, self._bound_to(part))
        return SealedPart.model_construct(scheme=SCHEME, nonce=nonce, ciphertext=sealed)

    def open(self, part: str, sealed: SealedPart) -> bytes:
        """The plain bytes. Raises PermanentFailure(SEAL_BROKEN) where anything was changed or moved."""
        if sealed.scheme != SCHEME:
            raise PermanentFailure(ReasonCode.SEAL_BROKEN, contact_id=str(self.contact_id))
        try:
            return self._cipher.decrypt(sealed.nonce, sealed.ciphertext, self._bound_to(part))
        except (InvalidTag, ValueError) as error:
            raise PermanentFailure(ReasonCode.SEAL_BROKEN, contact_id=str(self.contact_id)) from error


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key as the keyring holds it."""

    contact_id: UUID
    kek_id: str
    wrapped: bytes


class KeyEncryption:
    """The key-encryption keys of this deployment, newest first: the first wraps, all unwrap."""

    def __init__(self, text: str) -> None:
        """text: base64 keys of 256 bits, one a line. Raises SettingsError where it holds no such key."""
        self._keys: dict[str, AESGCM] = {}
        self._secrets: dict[str, bytes] = {}
        for line in text.split():
            try:
                key = base64.b64decode(line, validate=True)
            except (binascii.Error, ValueError):
                key = b""
            if len(key) != 32:
                raise SettingsError("MASH_KEK: every line must be 32 bytes in base64; make one with `mash key`")
            kek_id = hashlib.sha256(b"kek-id" + key).hexdigest()[:12]
            self._keys[kek_id] = AESGCM(key)
            self._secrets[kek_id] = key
        if not self._keys:
            raise SettingsError("MASH_KEK: holds no key; make one with `mash key`")
        self.current = next(iter(self._keys))
        self._oldest = next(reversed(self._keys))

    @property
    def ids(self) -> Collection[str]:
        """Of the keys that are here; they say nothing about the keys."""
        return self._keys.keys()

    def expand(self, kek_id: str, purpose: str) -> bytes:
        """32 bytes for one purpose from one key of the keyring (HKDF-SHA256). Raises KeyError where it is not here."""
        return HKDF(hashes.SHA256(), 32, salt=None, info=b"mash|" + purpose.encode()).derive(self._secrets[kek_id])

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose (a keyed hash, a service seal) that say nothing about the key they come from."""
        return hmac.new(self._secrets[self._oldest], b"mash|" + purpose.encode(), hashlib.sha256).digest()

    def new_data_key(self, contact_id: UUID) -> tuple[DataKey, WrappedKey]:
        """A fresh data key for a contact, and the form of it to keep."""
        key = AESGCM.generate_key(256)
        nonce = os.urandom(_NONCE_BYTES)
        wrapped = nonce + self._keys[self.current].encrypt(nonce, key, contact_id.bytes)
        return DataKey(contact_id, AESGCM(key)), WrappedKey(contact_id, self.current, wrapped)

    def unwrap(self, kept: WrappedKey) -> DataKey:
        """The data key. Raises PermanentFailure(SEAL_BROKEN) for an unknown key-encryption key or a changed row."""
        kek = self._keys.get(kept.kek_id)
        try:
            if kek is None:
                raise InvalidTag
            key = kek.decrypt(kept.wrapped[:_NONCE_BYTES], kept.wrapped[_NONCE_BYTES:], kept.contact_id.bytes)
        except (InvalidTag, ValueError) as error:
            raise PermanentFailure(ReasonCode.SEAL_BROKEN, contact_id=str(kept.contact_id)) from error
        return DataKey(kept.contact_id, AESGCM(key))


class ServiceSeal:
    """Seals bytes that belong to no contact yet: a refused body, an unreadable message."""

    def __init__(self, kek: KeyEncryption) -> None:
        """kek: the deployment's keys; the seal is derived, so it outlives a rotation that keeps the oldest key last."""
        self._cipher = AESGCM(kek.derive("service-seal"))
        self._hash_key = kek.derive("fingerprint")

    def seal(self, plain: bytes, bound_to: str) -> bytes:
        """`plain` sealed; it opens only for the same `bound_to`."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, bound_to.encode())

    def fingerprint(self, plain: bytes) -> bytes:
        """A keyed hash of `plain`: equal for equal bytes, and says nothing about them without the key."""
        return hmac.new(self._hash_key, plain, hashlib.sha256).digest()[:16]

    def open(self, sealed: bytes, bound_to: str) -> bytes:
        """The plain bytes. Raises PermanentFailure(SEAL_BROKEN)."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to.encode())
        except (InvalidTag, ValueError) as error:
            raise PermanentFailure(ReasonCode.SEAL_BROKEN) from error


def keyed_hash(secret: bytes, *values: str) -> str:
    """A pseudonym of `values` that cannot be guessed without the secret: 32 hexadecimal characters."""
    joined = b"".join(len(v.encode()).to_bytes(4, "big") + v.encode() for v in values)
    return hmac.new(secret, joined, hashlib.sha256).hexdigest()[:32]
