"""What is in `deploy/` holds together, and with the program, as far as that can be seen here."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.packaging.charts import render
from tests.packaging.dockerfile import Stage, parse

from lodgepole.limits import Limits
from lodgepole.runtime.settings import Settings

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
CHART = DEPLOY / "helm" / "lodgepole"
USER = 10001
TEMPORARY = "/tmp"  # noqa: S108  the container's own, where nobody else is
LARGEST_MB = (Limits().pdf_bytes + Limits().multipart_overhead_bytes) / 1_000_000
LONGEST_SECONDS = Limits().model_total_seconds + Limits().model_first_event_seconds


def read(path: str) -> str:
    return (DEPLOY / path).read_text("utf-8")


def variables_exist(names: set[str]) -> None:
    """Ours are settings; the others belong to model providers."""
    known = {f"LODGEPOLE_{name.upper()}" for name in Settings.model_fields}
    known |= {name.upper() for name in Settings.model_fields if "_api_key" in name}
    known |= {name.upper() for name in Settings.model_fields if "_base_url" in name}
    known |= {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_ENDPOINT_URL"}
    assert names - known == set()


# --- image ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stages() -> list[Stage]:
    return parse(read("Dockerfile"))


def test_the_image_is_built_with_the_uv_of_the_makefile(stages: list[Stage]):
    version = re.search(r"^UV_VERSION := (\S+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert version
    assert f"uv=={version[1]}" in stages[0].steps[0].rest


def test_both_stages_are_of_one_image_so_that_the_environment_can_move(stages: list[Stage]):
    assert len(stages) == 2
    assert stages[0].image == stages[1].image
    minimum = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text())
    assert minimum
    assert stages[0].image == f"python:{minimum[1]}-slim-bookworm"


def test_everything_that_is_copied_exists_and_is_in_the_context(stages: list[Stage]):
    ignore = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = {line[1:] for line in ignore if line.startswith("!")}
    copied = [step.rest.split() for step in stages[0].steps if step.word == "COPY"]
    for *sources, _ in copied:
        for source in sources:
            assert (ROOT / source).exists(), source
            assert {source, source.split("/")[0]} & let_in, source


def test_the_image_runs_without_root_and_keeps_everything_in_its_volume(stages: list[Stage]):
    final = stages[1]
    assert final.the("USER").rest == f"{USER}:{USER}"
    assert final.the("VOLUME").command == ["/data"]
    words = [step.word for step in final.steps]
    assert "RUN" not in words[words.index("USER") :]
    environment = dict(pair.split("=", 1) for pair in final.the("ENV").rest.split())
    assert environment["LODGEPOLE_DATA_DIR"] == "/data"
    assert environment["LODGEPOLE_CACHE_DIR"].startswith("/opt/lodgepole/")
    variables_exist({name for name in environment if name.startswith("LODGEPOLE_")})


def test_the_image_gets_signals_itself_and_says_whether_it_is_ready(stages: list[Stage]):
    assert stages[1].the("CMD").command == ["lodgepole", "serve"]
    program, flag, script = stages[1].the("HEALTHCHECK").command
    assert (program, flag) == ("python", "-c")
    compile(script, "HEALTHCHECK", "exec")


def test_programs_are_installed_as_debian_is_meant_to_be_used(stages: list[Stage]):
    [step] = [s for s in stages[1].steps if s.rest.startswith("apt-get")]
    update, install, remove = (part.strip() for part in step.rest.split("&&"))
    assert update == "apt-get update"
    assert install == "apt-get install --yes --no-install-recommends tesseract-ocr"
    assert remove == "rm -rf /var/lib/apt/lists/*"


def test_compose_starts_that_image_read_only_with_a_volume_for_data():
    compose = yaml.safe_load(read("compose.yaml"))
    service = compose["services"]["lodgepole"]
    assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).exists()
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["volumes"] == ["data:/data"]
    assert "data" in compose["volumes"]
    assert service["tmpfs"][0].split(":")[0] == TEMPORARY
    assert service["ports"] == ["127.0.0.1:8080:8080"]
    variables_exist(set(service["environment"]))


# --- systemd ----------------------------------------------------------------------------------


def test_the_unit_writes_where_systemd_lets_it():
    unit = read("systemd/lodgepole.service")
    environment = dict(re.findall(r"(LODGEPOLE_\w+)=(\S+)", unit))
    assert environment["LODGEPOLE_DATA_DIR"] == "/var/lib/lodgepole"
    assert environment["LODGEPOLE_CACHE_DIR"] == "/var/cache/lodgepole"
    assert "StateDirectory=lodgepole\n" in unit
    assert "CacheDirectory=lodgepole\n" in unit
    assert "ProtectSystem=strict\n" in unit
    named = set(re.findall(r"^#?(\w+)=", read("systemd/lodgepole.env"), re.MULTILINE))
    variables_exist(named | set(environment))


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not on this machine")
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path):
    unit = tmp_path / "lodgepole.service"
    unit.write_text(
        read("systemd/lodgepole.service").replace("/opt/lodgepole/bin/lodgepole", "/bin/true")
    )
    for command in (
        ("systemd-analyze", "verify", str(unit)),
        ("systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit)),
    ):
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""


# --- proxies ----------------------------------------------------------------------------------


def megabytes(text: str) -> float:
    """nginx counts in 1024s, Caddy in 1000s; what counts is that it is enough."""
    found = re.fullmatch(r"(\d+)(m|MB)", text)
    assert found
    return int(found[1]) * (1.048576 if found[2] == "m" else 1)


def balanced(text: str) -> bool:
    bare = re.sub(r"#.*", "", text)
    return bare.count("{") == bare.count("}") > 0


def test_nginx_streams_takes_the_largest_file_and_waits_for_the_longest_answer():
    conf = read("nginx/lodgepole.conf")
    assert balanced(conf)
    words = {line.split()[0]: line.rstrip(";").split()[1:] for line in directives(conf)}
    assert words["proxy_buffering"] == ["off"]
    assert words["proxy_request_buffering"] == ["off"]
    assert megabytes(words["client_max_body_size"][0]) >= LARGEST_MB
    assert int(words["proxy_read_timeout"][0].rstrip("s")) >= LONGEST_SECONDS
    for header in ("Host $host", "X-Forwarded-Host $host", "X-Forwarded-Proto $scheme"):
        assert f"proxy_set_header {header};" in conf


def directives(conf: str) -> list[str]:
    lines = (line.strip() for line in conf.splitlines())
    return [line for line in lines if line.endswith(";") and not line.startswith("#")]


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not on this machine")
def test_nginx_reads_its_configuration(tmp_path: Path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test", "-days", "1")
    subprocess.run(
        ["openssl", *made, "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
        timeout=30,
    )
    ours = re.sub(r"(ssl_certificate_key) \S+;", rf"\1 {key};", read("nginx/lodgepole.conf"))
    ours = re.sub(r"(ssl_certificate) \S+;", rf"\1 {certificate};", ours)
    (tmp_path / "ours.conf").write_text(ours)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    own = " ".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in kinds)
    http = f"http {{ access_log off; {own} include {tmp_path}/ours.conf; }}"
    whole = f"pid {tmp_path}/pid; error_log stderr; events {{}} {http}"
    (tmp_path / "nginx.conf").write_text(whole)
    command = ["nginx", "-t", "-c", str(tmp_path / "nginx.conf")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr


def test_caddy_streams_takes_the_largest_file_and_waits_for_the_longest_answer():
    conf = read("caddy/Caddyfile")
    assert balanced(conf)
    assert "flush_interval -1" in conf
    size = re.search(r"max_size (\S+)", conf)
    timeout = re.search(r"response_header_timeout (\d+)s", conf)
    assert size
    assert timeout
    assert megabytes(size[1]) >= LARGEST_MB
    assert int(timeout[1]) >= LONGEST_SECONDS
    assert all(line.startswith("\t") for line in conf.splitlines() if line.startswith((" ", "\t")))


# --- Kubernetes -------------------------------------------------------------------------------


def chart(**changed: Any) -> dict[str, dict[str, Any]]:
    """The chart's resources by kind, with values changed at the top level."""
    values = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    scope = {"Values": values | changed, "Release": {"Name": "notes"}}
    resources: dict[str, dict[str, Any]] = {}
    for path in sorted((CHART / "templates").glob("*.yaml")):
        resource = yaml.safe_load(render(path.read_text("utf-8"), scope))
        if resource is not None:
            resources[resource["kind"]] = resource
    return resources


def test_the_chart_runs_one_pod_that_owns_its_disk():
    resources = chart()
    assert set(resources) == {"StatefulSet", "Service"}
    spec = resources["StatefulSet"]["spec"]
    assert spec["replicas"] == 1
    [claim] = spec["volumeClaimTemplates"]
    assert claim["spec"]["accessModes"] == ["ReadWriteOnce"]
    assert claim["spec"]["resources"]["requests"]["storage"] == "20Gi"
    assert "storageClassName" not in claim["spec"]
    [container] = spec["template"]["spec"]["containers"]
    mounted = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert mounted == {"data": "/data", "temporary": TEMPORARY}
    assert container["image"] == "lodgepole:0.1.0"


def test_labels_find_the_pod():
    resources = chart()
    spec = resources["StatefulSet"]["spec"]
    labels = spec["template"]["metadata"]["labels"]
    assert spec["selector"]["matchLabels"].items() <= labels.items()
    assert resources["Service"]["spec"]["selector"].items() <= labels.items()
    ports = {port["name"] for port in spec["template"]["spec"]["containers"][0]["ports"]}
    assert resources["Service"]["spec"]["ports"][0]["targetPort"] in ports


def test_the_pod_may_do_nothing_that_it_need_not():
    pod = chart()["StatefulSet"]["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == USER
    [container] = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_the_probes_ask_paths_that_exist():
    [container] = chart()["StatefulSet"]["spec"]["template"]["spec"]["containers"]
    probes = {
        name: container[f"{name}Probe"]["httpGet"]["path"]
        for name in ("startup", "readiness", "liveness")
    }
    assert probes == {"startup": "/readyz", "readiness": "/readyz", "liveness": "/healthz"}


def test_settings_become_variables_and_keys_come_from_the_secret():
    [container] = chart()["StatefulSet"]["spec"]["template"]["spec"]["containers"]
    variables = {entry["name"]: entry["value"] for entry in container["env"]}
    assert variables["LODGEPOLE_WORKERS"] == "1"
    variables_exist(set(variables))
    assert not any("KEY" in name for name in variables)
    assert container["envFrom"] == [{"secretRef": {"name": "lodgepole"}}]


def test_an_ingress_is_made_when_it_is_asked_for():
    values = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))["ingress"]
    resources = chart(ingress=values | {"enabled": True, "host": "notes.example.com"})
    ingress = resources["Ingress"]
    [rule] = ingress["spec"]["rules"]
    assert rule["host"] == "notes.example.com"
    backend = rule["http"]["paths"][0]["backend"]["service"]
    assert backend["name"] == resources["Service"]["metadata"]["name"]
    size = ingress["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-body-size"]
    assert megabytes(size) >= LARGEST_MB


def test_the_chart_is_of_the_version_of_the_program():
    about = yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))
    version = re.search(r'^version = "(.*)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version
    assert about["apiVersion"] == "v2"
    assert about["appVersion"] == version[1]
    values = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    assert values["image"]["tag"] == version[1]


# --- many machines ----------------------------------------------------------------------------

CLUSTER = DEPLOY / "helm" / "lodgepole-cluster"


def cluster(**changed: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """The resources of the chart for many machines, by kind and name."""
    values = yaml.safe_load((CLUSTER / "values.yaml").read_text("utf-8"))
    scope = {"Values": values | changed, "Release": {"Name": "notes"}}
    resources: dict[tuple[str, str], dict[str, Any]] = {}
    for path in sorted((CLUSTER / "templates").glob("*.yaml")):
        resource = yaml.safe_load(render(path.read_text("utf-8"), scope))
        if resource is not None:
            resources[resource["kind"], resource["metadata"]["name"]] = resource
    return resources


def test_the_cluster_has_servers_and_workers_that_hold_nothing():
    resources = cluster()
    assert {kind for kind, _ in resources} == {
        "Deployment",
        "Service",
        "HorizontalPodAutoscaler",
        "PodDisruptionBudget",
    }
    for role, command in (("api", ["serve", "--no-work"]), ("worker", ["worker"])):
        spec = resources["Deployment", f"notes-{role}"]["spec"]
        assert "replicas" not in spec  # the scaler says how many
        assert spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
        pod = spec["template"]["spec"]
        [container] = pod["containers"]
        assert container["command"] == ["lodgepole", *command]
        assert all("emptyDir" in volume for volume in pod["volumes"])
        assert pod["securityContext"]["runAsUser"] == USER
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["envFrom"] == [{"secretRef": {"name": "lodgepole"}}]
        variables = {entry["name"]: entry["value"] for entry in container["env"]}
        variables_exist(set(variables))
        assert not any("DATABASE" in name or "KEY" in name for name in variables)


def test_labels_budgets_and_scalers_are_of_the_right_pods():
    resources = cluster()
    for role in ("api", "worker"):
        spec = resources["Deployment", f"notes-{role}"]["spec"]
        labels = spec["template"]["metadata"]["labels"]
        assert spec["selector"]["matchLabels"].items() <= labels.items()
        budget = resources["PodDisruptionBudget", f"notes-{role}"]["spec"]
        assert budget["selector"]["matchLabels"].items() <= labels.items()
        assert budget["selector"]["matchLabels"]["app.kubernetes.io/component"] == role
        scaler = resources["HorizontalPodAutoscaler", f"notes-{role}"]["spec"]
        assert scaler["scaleTargetRef"]["name"] == f"notes-{role}"
        assert 2 <= scaler["minReplicas"] < scaler["maxReplicas"]
    served = resources["Service", "notes"]["spec"]["selector"]
    api = resources["Deployment", "notes-api"]["spec"]["template"]["metadata"]["labels"]
    worker = resources["Deployment", "notes-worker"]["spec"]["template"]["metadata"]["labels"]
    assert served.items() <= api.items()
    assert not served.items() <= worker.items()


def test_workers_come_with_the_age_of_the_queue_by_a_metric_that_exists():
    from lodgepole.telemetry.metrics import DEFINITIONS

    [metric] = cluster()["HorizontalPodAutoscaler", "notes-worker"]["spec"]["metrics"]
    name = metric["external"]["metric"]["name"]
    assert name.removeprefix("lodgepole_") in {definition.name for definition in DEFINITIONS}


def test_probes_of_the_cluster_look_at_what_there_is():
    from lodgepole.cli.worker import ALIVE_FILE

    resources = cluster()
    [api] = resources["Deployment", "notes-api"]["spec"]["template"]["spec"]["containers"]
    assert api["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert api["livenessProbe"]["httpGet"]["path"] == "/healthz"
    [worker] = resources["Deployment", "notes-worker"]["spec"]["template"]["spec"]["containers"]
    for probe in ("startupProbe", "livenessProbe"):
        assert f"/data/{ALIVE_FILE}" in " ".join(worker[probe]["exec"]["command"])


def test_the_clusters_ingress_leads_to_the_servers():
    values = yaml.safe_load((CLUSTER / "values.yaml").read_text("utf-8"))["ingress"]
    ingress = cluster(ingress=values | {"enabled": True})["Ingress", "notes"]
    backend = ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    assert backend["name"] == "notes"


def test_compose_for_many_machines_has_one_database_and_servers_that_hold_nothing():
    services = yaml.safe_load(read("compose.cluster.yaml"))["services"]
    assert set(services) == {"proxy", "api", "worker", "database"}
    for role, command in (("api", ["serve", "--no-work"]), ("worker", ["worker"])):
        service = services[role]
        assert service["command"] == ["lodgepole", *command]
        assert service["read_only"] is True
        assert "volumes" not in service
        variables_exist(set(service["environment"]))
        assert "ports" not in service
    conf = read("nginx/cluster.conf")
    assert balanced(conf)
    words = {line.split()[0]: line.rstrip(";").split()[1:] for line in directives(conf)}
    assert words["proxy_buffering"] == ["off"]
    assert megabytes(words["client_max_body_size"][0]) >= LARGEST_MB
    assert int(words["proxy_read_timeout"][0].rstrip("s")) >= LONGEST_SECONDS


def test_the_clusters_chart_is_of_the_version_of_the_program():
    versions = [
        yaml.safe_load((chart_ / "Chart.yaml").read_text("utf-8"))["appVersion"]
        for chart_ in (CHART, CLUSTER)
    ]
    assert versions[0] == versions[1]
