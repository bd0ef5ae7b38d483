"""Identifiers that belong to nobody: NHS numbers of the 999 range (never issued), invented UPNs that pass the check.

Each is a pure function of the child's number in the run, so a million children need no table.
Sources of the checks: NHS Data Dictionary (modulus 11); Government Data Standards Catalogue, Unique Pupil Number 2.0.
"""

LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"  # A-Z without I, O, S: values 0 to 22
STEMS = 1_000_000  # six free digits after 999
_STRIDE = 387_421  # coprime to STEMS: neighbours in the run do not get neighbouring numbers


def nhs_number(number: int, seed: int = 0) -> str | None:
    """The NHS number of the child of that number; None where its stem has no check digit (1 in 11) or stems ran out."""
    if number >= STEMS:
        return None
    stem = (number * _STRIDE + seed * 7919 + 71) % STEMS
    digits = f"{stem:06d}"
    total = 243 + sum(weight * int(digit) for weight, digit in zip((7, 6, 5, 4, 3, 2), digits, strict=True))
    check = (11 - total % 11) % 11
    return None if check == 10 else f"999{digits}{check}"


def upn(number: int, la_number: str, year: int, seed: int = 0) -> str:
    """The permanent UPN of the child of that number: LA, invented establishment, year of entry, serial."""
    block = number // 1000 + seed * 17
    body = f"{la_number}{2000 + block % 5000:04d}{year % 100:02d}{number % 1000:03d}"
    return LETTERS[sum(place * int(digit) for place, digit in enumerate(body, start=2)) % 23] + body


def spoiled(value: str) -> str:
    """The same identifier with its last digit changed by one, so that its check fails."""
    return value[:-1] + str((int(value[-1]) + 1) % 10)
