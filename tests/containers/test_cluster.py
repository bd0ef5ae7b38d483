"""The manifests for a cluster: rendered by kustomize, valid by the published schemas, and true to the code."""

import copy
import os
import shutil
import subprocess
import zipfile
from functools import cache
from importlib import import_module
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from shared.topics import all_topics
from tests.containers.stack import ROOT, SERVICES

KUSTOMIZE = os.environ.get("MASH_TEST_KUSTOMIZE", "kustomize")
KUBERNETES = "1.32"
OVERLAYS = ("authority", "region")
KEDA = os.environ.get("MASH_TEST_KEDA", "")  # the archive of a release, with its custom resource definitions

Manifest = dict[str, Any]


@cache
def rendered(overlay: str) -> tuple[Manifest, ...]:
    if shutil.which(KUSTOMIZE) is None:
        pytest.skip(f"no {KUSTOMIZE} here: `make containers` brings it and runs this")
    done = subprocess.run(
        [KUSTOMIZE, "build", ROOT / "deploy" / "cluster" / "overlays" / overlay],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return tuple(yaml.safe_load_all(done.stdout))


def of_kind(overlay: str, *kinds: str) -> list[Manifest]:
    return [manifest for manifest in rendered(overlay) if manifest["kind"] in kinds]


def pod_of(manifest: Manifest) -> Manifest:
    found: Manifest = manifest["spec"]["template"]["spec"]
    return found


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_manifest_is_valid_by_its_schema(overlay: str) -> None:
    manifests = rendered(overlay)
    assert len(manifests) > 30
    for manifest in manifests:
        if not manifest["apiVersion"].startswith("keda.sh/"):
            kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


@cache
def keda_schemas() -> dict[tuple[str, str], Manifest]:
    """apiVersion and kind → schema, with unknown fields refused: a server would drop them without a word."""
    if not KEDA:
        pytest.skip("no definitions of KEDA here: `make containers` brings them and runs this")
    found = {}
    with zipfile.ZipFile(KEDA) as archive:
        for name in archive.namelist():
            if "/config/crd/bases/keda.sh_" in name:
                definition = yaml.safe_load(archive.read(name))["spec"]
                for version in definition["versions"]:
                    key = (f"{definition['group']}/{version['name']}", definition["names"]["kind"])
                    found[key] = _closed(version["schema"]["openAPIV3Schema"])
    return found


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    is_open = schema.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in schema
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object" and not is_open:
        closed["additionalProperties"] = False
    return closed


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_keda_reads_is_valid_by_its_own_definitions(overlay: str) -> None:
    schemas = keda_schemas()
    found = [manifest for manifest in rendered(overlay) if manifest["apiVersion"].startswith("keda.sh/")]
    assert {manifest["kind"] for manifest in found} == {"ScaledObject", "TriggerAuthentication"}
    for manifest in found:
        schema = copy.deepcopy(schemas[(manifest["apiVersion"], manifest["kind"])])
        schema["properties"]["metadata"] = {"type": "object"}  # A server checks that by itself.
        jsonschema.validate(manifest, schema)


def test_a_misspelt_setting_of_keda_is_noticed() -> None:
    schema = keda_schemas()[("keda.sh/v1alpha1", "ScaledObject")]["properties"]["spec"]
    with pytest.raises(jsonschema.ValidationError, match="minReplicas"):
        jsonschema.validate({"scaleTargetRef": {"name": "triage"}, "triggers": [], "minReplicas": 1}, schema)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_service_runs_on_every_lane_it_reads(overlay: str) -> None:
    run = {}
    for deployment in of_kind(overlay, "Deployment"):
        [container] = pod_of(deployment)["containers"]
        lane = next((one["value"] for one in container["env"] if one["name"] == "MASH_LANES"), "both")
        run[deployment["metadata"]["name"]] = (*container["args"], lane)
    lanes = {f"{name}-{lane}": ("serve", name, lane) for name in SERVICES[1:4] for lane in ("urgent", "routine")}
    assert run == {name: ("serve", name, "both") for name in ("intake", "console")} | lanes


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_no_pod_can_climb_or_speak_with_the_cluster(overlay: str) -> None:
    for manifest in of_kind(overlay, "Deployment", "Job"):
        pod = pod_of(manifest)
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"] | {"runAsNonRoot": True, "runAsUser": 10001} == pod["securityContext"]
        for container in [*pod["containers"], *pod.get("initContainers", [])]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert container["resources"]["limits"]["memory"]
            assert container["image"] == "registry.example/mash-referral-router:0.1.0"
    assert all(account["automountServiceAccountToken"] is False for account in of_kind(overlay, "ServiceAccount"))


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_each_service_sees_its_own_password_and_only_files(overlay: str) -> None:
    for deployment in of_kind(overlay, "Deployment"):
        pod = pod_of(deployment)
        service = deployment["metadata"]["labels"]["mash/service"]
        secrets = {volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume}
        assert secrets == {f"mash-{service}", "mash-keys", "mash-trust"}
        assert pod["serviceAccountName"] == f"mash-{service}"
        assert "secretRef" not in str(pod)
        assert "secretKeyRef" not in str(pod)
    assert of_kind(overlay, "Secret") == []


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_nothing_is_allowed_in_or_out_that_no_policy_names(overlay: str) -> None:
    policies = {policy["metadata"]["name"]: policy["spec"] for policy in of_kind(overlay, "NetworkPolicy")}
    assert policies["nothing-else"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert all("0.0.0.0/0" not in str(spec) for name, spec in policies.items() if name != "mail-and-webhooks")


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_scaling_follows_groups_that_exist_and_never_beyond_their_partitions(
    overlay: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MASH_DATABASE_URL", "postgresql+asyncpg://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("MASH_KAFKA_BOOTSTRAP", "127.0.0.1:1")
    monkeypatch.setenv("MASH_KEK", "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=")
    stages = [stage for name in SERVICES for stage in import_module(f"services.{name}.app").build().stages]
    groups = {(stage.consumer, topic.name) for stage in stages for topic in stage.topics}
    partitions = {topic.name: topic.partitions for topic in all_topics()}
    deployed = {deployment["metadata"]["name"] for deployment in of_kind(overlay, "Deployment")}
    scaled = of_kind(overlay, "ScaledObject")
    for one in scaled:
        [trigger] = one["spec"]["triggers"]
        followed = trigger["metadata"]
        assert (followed["consumerGroup"], followed["topic"]) in groups
        assert one["spec"]["minReplicaCount"] <= one["spec"]["maxReplicaCount"] <= partitions[followed["topic"]]
        assert one["spec"]["scaleTargetRef"]["name"] in deployed
        assert "kafka.example" not in followed["bootstrapServers"] or overlay == "authority"
    assert len(scaled) == 6


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_setting_is_one_that_the_code_reads(overlay: str) -> None:
    [settings] = of_kind(overlay, "ConfigMap")
    sources = "\n".join(
        file.read_text() for part in ("shared", "services", "deploy/mash") for file in (ROOT / part).rglob("*.py")
    )
    for name in settings["data"]:
        forms = (name, name.removesuffix("_FILE"), name.removeprefix("MASH_").lower())
        assert any(form in sources for form in forms) or name.startswith("PGSSL"), name
