"""`make setup`, with a uv that only notes what it was asked for."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.files import ROOT

TOOLS = ["sh", "cat", "cksum", "dirname", "mktemp", "pwd", "rm", "tail", "mkdir"]
UV = """#!/bin/sh
[ "$1" = --version ] && exit 0
echo "$*${UV_SYSTEM_PYTHON:+ (into the system)}" >>"$UV_CALLS"
case "$1" in
venv) mkdir -p .venv/bin && ln -sf "$REAL_PYTHON" .venv/bin/python ;;
pip) [ ! -e "$UV_CALLS.broken" ] ;;
esac
"""
NEW_PYTHON = '#!/bin/sh\n[ "$1" = -c ]\n'
OLD_PYTHON = "#!/bin/sh\nexit 1\n"


class Checkout:
    """A copy of what setup reads, on a machine with only the named programs."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "checkout"
        self.bin = folder / "bin"
        self.calls_file = folder / "calls"
        self.bin.mkdir()
        self.root.mkdir()
        shutil.copytree(ROOT / "scripts", self.root / "scripts")
        for name in ("requirements.lock", "pyproject.toml"):
            shutil.copy(ROOT / name, self.root)
        for tool in [*TOOLS, "ln"]:
            (self.bin / tool).symlink_to(str(shutil.which(tool)))

    def program(self, name: str, script: str) -> None:
        path = self.bin / name
        path.write_text(script)
        path.chmod(0o755)

    def setup(self, **settings: str) -> subprocess.CompletedProcess[str]:
        env = {
            **settings,
            "PATH": str(self.bin),
            "UV_CALLS": str(self.calls_file),
            "REAL_PYTHON": sys.executable,
        }
        self.calls_file.unlink(missing_ok=True)
        shell = str(self.bin / "sh")
        return subprocess.run(
            [shell, "scripts/setup.sh"], cwd=self.root, env=env, capture_output=True, text=True
        )

    @property
    def calls(self) -> list[str]:
        return self.calls_file.read_text().splitlines() if self.calls_file.exists() else []


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    checkout = Checkout(tmp_path)
    checkout.program("uv", UV)
    checkout.program("python3", NEW_PYTHON)
    return checkout


def test_the_first_setup_makes_the_environment_and_installs_the_lock_and_the_project(checkout):
    assert checkout.setup().returncode == 0
    venv, sync, install = checkout.calls
    assert venv == f"venv --quiet --clear --python {checkout.bin}/python3 .venv"
    assert sync == "pip sync --require-hashes requirements.lock"
    assert install.endswith("--no-deps --no-build-isolation --editable .")


def test_a_setting_of_the_person_does_not_lead_the_installation_into_the_system(checkout):
    assert checkout.setup(UV_SYSTEM_PYTHON="1").returncode == 0
    assert len(checkout.calls) == 3
    assert not [call for call in checkout.calls if call.endswith("(into the system)")]


def test_a_setup_that_is_up_to_date_does_and_says_nothing(checkout):
    checkout.setup()
    done = checkout.setup()
    assert (done.returncode, done.stdout, checkout.calls) == (0, "", [])


@pytest.mark.parametrize("file", ["requirements.lock", "pyproject.toml"])
def test_a_change_of_what_is_to_be_installed_is_installed_into_the_same_environment(checkout, file):
    checkout.setup()
    with (checkout.root / file).open("a") as end:
        end.write("# changed\n")
    assert checkout.setup().returncode == 0
    assert [call.split()[0] for call in checkout.calls] == ["pip", "pip"]


def test_a_setup_that_was_cut_short_is_done_again(checkout):
    broken = Path(f"{checkout.calls_file}.broken")
    broken.touch()
    assert checkout.setup().returncode != 0
    broken.unlink()
    assert checkout.setup().returncode == 0
    assert "pip sync --require-hashes requirements.lock" in checkout.calls


def test_a_checkout_that_was_moved_is_set_up_again(checkout):
    checkout.setup()
    checkout.root = checkout.root.rename(checkout.root.with_name("elsewhere"))
    assert checkout.setup().returncode == 0
    assert len(checkout.calls) == 2


def test_uv_chooses_a_python_when_there_is_none_that_is_new_enough(checkout):
    checkout.program("python3", OLD_PYTHON)
    assert checkout.setup().returncode == 0
    assert checkout.calls[0] == "venv --quiet --clear --python >=3.11 .venv"


def test_without_uv_and_without_a_python_that_is_new_enough_it_says_what_is_needed(checkout):
    checkout.program("python3", OLD_PYTHON)
    (checkout.bin / "uv").unlink()
    done = checkout.setup()
    assert done.returncode == 1
    assert "Parley needs Python 3.11 or newer" in done.stderr


def test_without_uv_venv_and_pip_it_says_what_is_missing(checkout):
    (checkout.bin / "uv").unlink()
    done = checkout.setup()
    assert done.returncode == 1
    assert "has neither a working venv nor pip" in done.stderr
    assert "python3-venv" in done.stderr
