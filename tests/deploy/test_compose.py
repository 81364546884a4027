"""What the containers may do, read from compose.yml: no engine is needed, and none was here."""

import os
import re
import stat
import subprocess

import pytest
import yaml

OUTSIDE = "proxy"
INTERNAL = {"front", "bot", "actions", "data", "training"}


@pytest.fixture(scope="module")
def compose(root):
    return yaml.safe_load((root / "deploy" / "compose.yml").read_text())


@pytest.fixture(scope="module")
def services(compose):
    return compose["services"]


def networks(service):
    return set(service["networks"])


def test_the_topology_is_whole(services):
    assert set(services) == {
        *("proxy", "desk-1", "desk-2", "rasa-1", "rasa-2", "actions", "train"),
        *("postgres", "redis"),
    }


def test_every_service_is_bound(services):
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "cap_add" not in service, name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"]), name
        assert service["mem_limit"], name
        assert service["pids_limit"], name
        assert service["logging"]["options"]["max-size"], name
        for unsafe in ("privileged", "network_mode", "pid", "ipc", "devices", "extra_hosts"):
            assert unsafe not in service, (name, unsafe)
        for path in service.get("volumes", ()):
            assert "docker.sock" not in path, name


def test_every_service_says_whether_it_is_well(services):
    for name, service in services.items():
        check = service["healthcheck"]
        assert check.get("test") or (name == "train" and check["disable"]), name


def test_the_proxy_alone_is_reached_from_outside(services, compose):
    assert [name for name, service in services.items() if "ports" in service] == [OUTSIDE]
    for name in INTERNAL:
        assert compose["networks"][name]["internal"] is True, name
    assert set(compose["networks"]) == INTERNAL | {"outside", "alerts"}
    assert {name for name, s in services.items() if "outside" in networks(s)} == {OUTSIDE}


def test_behind_the_proxy_are_the_desks_alone(services):
    behind = {name for name, s in services.items() if "front" in networks(s)} - {OUTSIDE}
    assert behind == {"desk-1", "desk-2"}
    assert networks(services[OUTSIDE]) == {"outside", "front"}


def test_only_the_desks_reach_the_world(services):
    out = {name for name, s in services.items() if networks(s) - INTERNAL}
    assert out == {OUTSIDE, "desk-1", "desk-2"}


def test_the_actions_are_reached_by_rasa_alone(services):
    there = {name for name, s in services.items() if "actions" in networks(s)}
    assert there == {"actions", "rasa-1", "rasa-2"}
    assert networks(services["actions"]) == {"actions"}


def test_rasa_has_no_way_to_the_desks_record(services):
    for name, service in services.items():
        secrets = set(service.get("secrets", ()))
        if name.startswith(("rasa", "actions", "train")):
            assert not secrets & {"DATABASE_URL", "DESK_DATABASE_PASSWORD", "DESK_ENCRYPTION_KEYS"}
        if name.startswith("desk"):
            assert "TRACKER_URL" not in secrets


def test_the_desks_believe_the_proxys_own_address_alone(services):
    proxy = services[OUTSIDE]["networks"]["front"]["ipv4_address"]
    for name in ("desk-1", "desk-2"):
        assert services[name]["environment"]["FORWARDED_ALLOW_IPS"] == proxy
        at = services[name]["networks"]["front"]["ipv4_address"]
        assert f"server {at}:8000 " in services[OUTSIDE]["environment"]["NIGHTDESK_DESKS"]


def test_the_desks_know_every_rasa(services):
    asked = services["desk-1"]["environment"]["RASA_URL"].split(",")
    assert asked == ["http://rasa-1:5005", "http://rasa-2:5005"]
    assert services["desk-2"]["environment"] == services["desk-1"]["environment"]


def test_the_proxy_is_given_every_place_of_its_template(services, root):
    template = (root / "deploy" / "nginx" / "nginx.conf.template").read_text()
    places = set(re.findall(r"\$\{(NIGHTDESK_[A-Z_]+)\}", template))
    assert places == {n for n in services[OUTSIDE]["environment"] if n.startswith("NIGHTDESK_")}
    example = (root / "deploy" / "systemd" / "proxy.env.example").read_text()
    assert places == set(re.findall(r"^(NIGHTDESK_[A-Z_]+)=", example, re.MULTILINE))


def test_images_are_pinned_by_a_whole_version(root, services):
    deploy = root / "deploy"
    texts = [
        deploy.joinpath(".env.example").read_text(),
        deploy.joinpath("compose.yml").read_text(),
    ]
    files = sorted((deploy / "docker").glob("*.Dockerfile"))
    assert len(files) == 2
    images = set()
    for text in [*texts, *(file.read_text() for file in files)]:
        images |= set(re.findall(r"\b((?:python|postgres|redis|nginx):[\w.@:-]+)", text))
    # One of each everywhere: two for Python.
    assert sorted(image.partition(":")[0] for image in images) == [
        *("nginx", "postgres", "python", "python", "redis"),
    ]
    for image in images:
        assert re.fullmatch(r"\w+:\d+\.\d+(\.\d+)?-(slim-)?bookworm(@sha256:[0-9a-f]{64})?", image)


def test_images_are_made_from_locks_with_hashes_and_run_as_nobody_special(root):
    for file in sorted((root / "deploy" / "docker").glob("*.Dockerfile")):
        text = file.read_text()
        installs = [line for line in text.splitlines() if "pip install" in line]
        assert len(installs) == 2, file.name
        assert "--require-hashes -r" in installs[0]
        assert "--no-deps --no-build-isolation --editable" in installs[1]
        last = text.rpartition("\nFROM ")[2]
        assert "USER 10001:10001" in last
        assert last.index("USER") > last.index("COPY --from=build /app")
        assert "ADD " not in text
        assert "curl" not in text


def test_no_secret_is_in_the_repository(root, compose):
    listed = subprocess.run(
        ["git", "ls-files", "deploy"], cwd=root, capture_output=True, text=True, check=True
    ).stdout
    assert "deploy/secrets" not in listed
    assert "deploy/.env\n" not in listed
    for name, secret in compose["secrets"].items():
        assert secret["file"].startswith("./secrets/"), name
    for file in ("deploy/secrets/REDIS_URL", "deploy/.env"):
        ignored = subprocess.run(["git", "check-ignore", "-q", file], cwd=root, check=False)
        assert ignored.returncode == 0, file


def test_new_secrets_are_made_once_and_fit_the_compose_file(root, tmp_path, compose):
    maker = tmp_path / "deploy" / "new-secrets"
    maker.parent.mkdir()
    maker.write_text((root / "deploy" / "new-secrets").read_text())
    said = subprocess.run(["sh", maker], capture_output=True, text=True, check=True).stdout
    made = {path.name: path.read_text() for path in (maker.parent / "secrets").iterdir()}
    wanted = {each["file"].rpartition("/")[2] for each in compose["secrets"].values()}
    assert wanted - set(made) == {"tls_certificate.pem", "tls_key.pem"}
    assert "tls_key.pem" in said
    assert made["DESK_DATABASE_PASSWORD"] in made["DATABASE_URL"]
    assert made["DESK_DATABASE_PASSWORD"] not in made["TRACKER_URL"]
    assert not any(value and value in said for value in made.values())
    assert stat.S_IMODE((maker.parent / "secrets").stat().st_mode) == 0o700
    subprocess.run(["sh", maker], capture_output=True, check=True)
    again = {path.name: path.read_text() for path in (maker.parent / "secrets").iterdir()}
    assert again == made


@pytest.mark.skipif(os.geteuid() != 0, reason="writes where secrets are mounted")
def test_secrets_become_variables_and_only_those_that_are_named(root):
    place = "/run/secrets"
    if os.path.exists(place):
        pytest.skip("this machine has secrets of its own")
    os.mkdir(place)
    try:
        for name, text in (("REDIS_URL", "redis://:a b$c@r:1\n"), ("PATH", "/nowhere")):
            with open(f"{place}/{name}", "w") as file:
                file.write(text)
        said = subprocess.run(
            ["sh", root / "deploy" / "docker" / "with-secrets", "env"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    finally:
        for name in os.listdir(place):
            os.remove(f"{place}/{name}")
        os.rmdir(place)
    assert "REDIS_URL=redis://:a b$c@r:1\n" in said
    assert "/nowhere" not in said
