"""What a measurement submits: the right number of contacts, each submission under a key of its own."""

from deploy.mash.bench.bodies import bulk_bodies, single_contacts, urgent_contacts


def _rows(body: bytes) -> int:
    return len(body.decode().splitlines()) - 1


def test_bulk_exports_hold_five_hundred_rows_and_the_last_one_the_rest() -> None:
    assert [_rows(one.body) for one in bulk_bodies(1_200, 1, "run")] == [500, 500, 200]


def test_a_later_part_of_a_load_is_about_other_children() -> None:
    first = {line for one in bulk_bodies(500, 1, "run") for line in one.body.splitlines()[1:]}
    later = {line for one in bulk_bodies(500, 1, "run", first_row=500) for line in one.body.splitlines()[1:]}

    assert len(first) == len(later) == 500
    assert first.isdisjoint(later)


def test_single_contacts_come_from_all_four_kinds_of_agency() -> None:
    singles = single_contacts(200, 1, "run")

    assert len(singles) == 200
    assert {one.agency for one in singles} == {"police", "school", "health", "vcs"}


def test_the_same_seed_gives_the_same_submissions() -> None:
    assert single_contacts(50, 7, "run") == single_contacts(50, 7, "run")
    assert single_contacts(50, 7, "run") != single_contacts(50, 8, "run")


def test_no_two_submissions_of_a_run_share_a_key() -> None:
    everything = [
        *bulk_bodies(2_000, 1, "run"),
        *bulk_bodies(2_000, 1, "run-flood", first_row=2_000),
        *single_contacts(100, 1, "run"),
        *urgent_contacts(100, 1, "run"),
    ]

    assert len({one.key for one in everything}) == len(everything)


def test_urgent_contacts_are_one_row_each_about_a_disclosure() -> None:
    bodies = [one.body.decode() for one in urgent_contacts(3, 1, "run")]

    assert [_rows(body.encode()) for body in bodies] == [1, 1, 1]
    assert all("Disclosure of sexual abuse" in body for body in bodies)
