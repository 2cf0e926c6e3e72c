"""The compose file and the Kubernetes manifests, checked against their schemas and against the code."""

import json
import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import kubernetes_validate
import pytest
import typer
import yaml
from jsonschema import Draft7Validator

from deploy import generate
from pipeline import __version__, topics
from pipeline.cli import build_app
from pipeline.settings import SECRETS, Monitor, Settings
from tests.conftest import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
FOLDER = ROOT / "deploy" / "kubernetes"
MANIFESTS = [
    (file.name, manifest)
    for file in sorted(FOLDER.glob("*.yaml"))
    if file.name != "kustomization.yaml"
    for manifest in yaml.safe_load_all(file.read_text())
]
OURS = [
    pytest.param(m, id=f"{name}-{m['kind']}") for name, m in MANIFESTS if m["apiVersion"].split("/")[0] != "keda.sh"
]
SERVICES = {name: s for name, s in COMPOSE["services"].items() if s["image"].startswith("wire:")}
PODS = [
    (m["metadata"]["name"], container)
    for _, m in MANIFESTS
    if m["kind"] in ("Deployment", "Job")
    for container in m["spec"]["template"]["spec"]["containers"]
]


def is_setting(variable: str) -> bool:
    """Return whether a variable names an existing setting."""
    if variable == SECRETS:
        return True
    section, _, field = variable.removeprefix("WIRE_").lower().partition("__")
    known = Settings.model_fields.get(section)
    return known is not None and (not field or field in type(known.default).model_fields)


def is_command(words: list[str]) -> bool:
    """Return whether `wire` with these words is an existing command with existing options."""
    command = typer.main.get_command(build_app()).commands[words[0]]
    options = {option for parameter in command.params for option in parameter.opts}
    stages = [word for word in words[1:] if not word.startswith("--") and not word.isdigit()]
    return all(word in options for word in words if word.startswith("--")) and set(stages) <= set(topics.STAGES)


def test_the_compose_file_follows_the_specification():
    # Its schemas are wanted, not its code, which needs another version of click.
    package = Path(find_spec("check_jsonschema").origin).parent
    schema = json.loads((package / "builtin_schemas" / "vendor" / "compose-spec.json").read_text())
    given = {name: value for name, value in COMPOSE.items() if not name.startswith("x-")}
    assert [error.message for error in Draft7Validator(schema).iter_errors(given)] == []


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_a_service_waits_for_services_there_are_and_has_volumes_there_are(name):
    service = COMPOSE["services"][name]
    assert set(service.get("depends_on", ())) <= set(COMPOSE["services"])
    assert {volume.split(":")[0] for volume in service.get("volumes", ())} <= set(COMPOSE["volumes"])
    for other, condition in service.get("depends_on", {}).items():
        if condition["condition"] == "service_healthy":
            assert "healthcheck" in COMPOSE["services"][other]


@pytest.mark.parametrize("name", ["kafka", "elasticsearch", "kibana"])
def test_a_server_has_a_pinned_version_a_health_check_and_limits_and_listens_to_this_host_alone(name):
    service = COMPOSE["services"][name]
    assert re.search(r":\d+\.\d+\.\d+$", service["image"])
    assert service["healthcheck"]
    assert service["deploy"]["resources"]["limits"]["memory"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_of_ours_runs_a_command_with_settings_there_are(name):
    service = SERVICES[name]
    assert is_command(service["command"])
    assert all(is_setting(variable) for variable in service["environment"])
    assert service["image"] == f"wire:{__version__}"


def test_what_is_deployed_for_each_stage_is_what_the_topology_says():
    for path, text in generate.files().items():
        assert path.read_text() == text, f"{path.name} is out of date: make deploy"


@pytest.mark.parametrize("manifest", OURS)
def test_a_manifest_follows_its_schema(manifest):
    kubernetes_validate.validate(manifest, "1.31", strict=True)


def test_every_manifest_is_in_the_kustomization():
    listed = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())["resources"]
    assert sorted(listed) == sorted({name for name, _ in MANIFESTS})


@pytest.mark.parametrize(("name", "container"), PODS, ids=[name for name, _ in PODS])
def test_a_pod_runs_a_command_of_this_version_with_its_own_port(name, container):
    assert is_command(container["args"])
    assert container["image"] == f"wire:{__version__}"
    stage = container["args"][1] if container["args"][0] == "worker" else None
    if stage:
        assert container["ports"][0]["containerPort"] == Monitor().port + topics.STAGES[stage].number


def test_every_variable_of_the_manifests_is_a_setting():
    (config,) = [m for _, m in MANIFESTS if m["kind"] == "ConfigMap" and m["metadata"]["name"] == "wire"]
    variables = set(config["data"]) | {each["name"] for _, c in PODS for each in c.get("env", ())}
    assert all(is_setting(variable) for variable in variables)
    assert config["data"]["WIRE_SECRETS"] in {m["mountPath"] for _, c in PODS for m in c["volumeMounts"]}


def test_workers_are_scaled_by_their_own_groups_lag_within_the_partitions():
    (config,) = [m for _, m in MANIFESTS if m["kind"] == "ConfigMap" and m["metadata"]["name"] == "wire"]
    scaled = [m for _, m in MANIFESTS if m["kind"] == "ScaledObject"]
    assert scaled
    for each in scaled:
        trigger = each["spec"]["triggers"][0]["metadata"]
        stage = next(stage for stage in topics.STAGES.values() if stage.group == trigger["consumerGroup"])
        assert (each["spec"]["scaleTargetRef"]["name"], trigger["topic"]) == (f"wire-{stage.name}", stage.reads)
        assert each["spec"]["maxReplicaCount"] <= int(config["data"]["WIRE_KAFKA__PARTITIONS"])


def test_the_image_is_made_of_files_there_are_and_runs_as_nobody_special():
    lines = (ROOT / "deploy" / "Dockerfile").read_text().splitlines()
    copied = [shlex.split(line)[1:-1] for line in lines if line.startswith("COPY") and "--from" not in line]
    assert all((ROOT / name).exists() for names in copied for name in names)
    assert [line for line in lines if line.startswith("USER")] == ["USER 10001"]
