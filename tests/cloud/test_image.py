"""The Dockerfile and what is beside it."""

import re
import tomllib

import pytest

from tests.cloud.image import ROOT, arguments, copies, environment, in_context, instructions

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
WHEEL = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]

# What the command line of Pipecat Cloud (1.4) reads from the file; it refuses anything else.
DEPLOY_KEYS = {
    "agent_name",
    "image",
    "image_credentials",
    "secret_set",
    "region",
    "agent_profile",
    "resources",
    "scaling",
    "docker",
    "build",
    "krisp_viva",
    "websocket_auth",
    "max_session_duration",
    "architecture",
}


@pytest.mark.parametrize("package", [*WHEEL["packages"], *WHEEL["force-include"]])
def test_every_package_and_the_configurations_are_copied_into_the_image(package):
    assert package in {copy.source.rstrip("/") for copy in copies()}


def test_every_copied_path_exists_and_is_let_in_by_dockerignore():
    for copy in copies():
        path = copy.source.rstrip("/")
        assert (ROOT / path).exists(), path
        assert in_context(path), path


@pytest.mark.parametrize("path", [".env", "sessions/a/report.json", ".git/config", "tests/x.py"])
def test_keys_and_recordings_are_kept_out_of_the_build(path):
    assert not in_context(path)


def test_caches_of_python_are_kept_out_of_the_build():
    assert in_context("bot/call.py")
    assert not in_context("bot/__pycache__/call.cpython-312.pyc")


def test_the_base_image_is_pinned_to_a_version_and_a_python():
    name, *rest = instructions()[0]
    assert name == "FROM"
    assert re.fullmatch(r"dailyco/pipecat-base:\d+\.\d+\.\d+-py3\.1[1-4]", rest[0])


def test_the_dependencies_come_from_the_cloud_lock_with_their_hashes():
    installs = [line for line in arguments("RUN") if "install" in line]
    assert len(installs) == 1
    assert "--require-hashes -r requirements-cloud.lock" in installs[0]


def test_the_image_says_which_platform_it_is_for():
    assert environment()["PARLEY_PLATFORM"] == "pipecat-cloud"


def test_nothing_replaces_the_server_of_the_base_image():
    assert not [name for name, _ in instructions() if name in ("CMD", "ENTRYPOINT")]
    assert "app.py" not in {copy.target for copy in copies()}


def test_the_deployment_file_has_only_keys_that_pipecat_cloud_knows():
    deploy = tomllib.loads((ROOT / "pcc-deploy.toml").read_text(encoding="utf-8"))
    assert set(deploy) <= DEPLOY_KEYS
    assert set(deploy["scaling"]) <= {"min_agents", "max_agents"}
    assert set(deploy["build"]) <= {"context_dir", "dockerfile", "exclude"}
    assert (ROOT / deploy["build"]["dockerfile"]).is_file()
