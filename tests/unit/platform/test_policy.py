from pathlib import Path

import yaml

from deploy.mash.embedded.policy import local_policy
from services.notifier.domain.directory import WebhookChannel
from services.notifier.pack import read_directory

PACKS = Path(__file__).parents[3] / "deploy" / "policy"


def test_the_health_webhook_comes_to_this_machine(tmp_path: Path) -> None:
    local_policy(PACKS, tmp_path / "policy", hooks_port=4711)
    directory = read_directory(tmp_path / "policy", "county-durham", allow_loopback=True)
    hooks = [
        channel.url
        for entry in directory.entries.values()
        for channel in entry.channels
        if isinstance(channel, WebhookChannel)
    ]
    assert hooks == ["http://127.0.0.1:4711/hooks/health-cddft"]


def test_the_other_packs_are_the_projects_own(tmp_path: Path) -> None:
    local_policy(PACKS, tmp_path / "policy", hooks_port=4711)
    for path in PACKS.rglob("*.yaml"):
        if path.name != "directory.yaml":
            assert (tmp_path / "policy" / path.relative_to(PACKS)).read_bytes() == path.read_bytes()


def test_a_changed_pack_is_in_force_at_the_next_start(tmp_path: Path) -> None:
    pack = tmp_path / "packs" / "anywhere" / "clocks.yaml"
    pack.parent.mkdir(parents=True)
    for version in ("1", "2"):
        pack.write_text(yaml.safe_dump({"version": version}))
        copied = local_policy(tmp_path / "packs", tmp_path / "copy", hooks_port=1)
        assert yaml.safe_load((copied / "anywhere" / "clocks.yaml").read_text()) == {"version": version}
