import hashlib
from pathlib import Path

import pytest

from deploy.mash.embedded import jars
from deploy.mash.embedded.errors import EmbeddedError
from deploy.mash.embedded.jars import Jar, class_path, locked_jars


def _jar(content: bytes) -> Jar:
    return Jar("org.example", "part", "1.0", hashlib.sha256(content).hexdigest())


def _put(repository: Path, jar: Jar, content: bytes) -> Path:
    path = repository / jar.path
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


def test_a_jar_lies_where_a_maven_repository_keeps_it() -> None:
    assert _jar(b"").path == Path("org/example/part/1.0/part-1.0.jar")


def test_every_locked_jar_has_a_hash_and_kafka_has_one_version() -> None:
    locked = locked_jars()
    assert all(len(jar.sha256) == 64 for jar in locked)
    assert {jar.version for jar in locked if jar.group == "org.apache.kafka"} == {"4.3.1"}
    assert "kafka_2.13" in {jar.artifact for jar in locked}


def test_jars_that_are_there_are_used_without_a_download(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("M2_REPO", str(tmp_path))
    path = _put(tmp_path, _jar(b"content"), b"content")
    assert class_path([_jar(b"content")], tmp_path / "spare") == [path]


def test_a_jar_with_another_hash_is_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("M2_REPO", str(tmp_path))
    _put(tmp_path, _jar(b"locked"), b"something else")
    fetched: list[Jar] = []
    monkeypatch.setattr(jars, "_download", lambda jar, repository: fetched.append(jar))
    class_path([_jar(b"locked")], tmp_path / "spare")
    assert fetched == [_jar(b"locked")]


def test_a_download_that_is_not_the_locked_jar_is_refused_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jgo.maven import Artifact

    def resolve(artifact: Artifact) -> Path:
        path = Path(artifact.context.repo_cache) / _jar(b"locked").path
        path.parent.mkdir(parents=True)
        path.write_bytes(b"forged")
        return path

    monkeypatch.setenv("M2_REPO", str(tmp_path))
    monkeypatch.setattr(Artifact, "resolve", resolve)
    with pytest.raises(EmbeddedError, match=r"part-1\.0\.jar: its hash is not the one in the lock file"):
        class_path([_jar(b"locked")], tmp_path / "spare")
    assert list(tmp_path.rglob("*.jar")) == []


def test_without_a_home_jars_go_beside_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("M2_REPO", "/nowhere/at/all")
    monkeypatch.setattr(jars, "_download", lambda jar, repository: None)
    assert class_path([_jar(b"x")], tmp_path / "spare") == [tmp_path / "spare" / _jar(b"x").path]
