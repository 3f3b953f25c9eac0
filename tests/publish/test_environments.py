"""Containers and workflows, judged without Docker and GitHub: parsed, and set beside what they call.

Nothing here builds an image or runs a workflow.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib

import pytest
import yaml
from autogap.paths import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yaml"))
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z.][\w./-]*):", MAKEFILE, re.MULTILINE)) | {".venv/ready"}


def python() -> str:
    """The oldest Python that the project takes, which its lock is resolved for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return re.match(r">=([\d.]+)", project["requires-python"])[1]


def commands(workflow: dict) -> list[str]:
    return [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]


def made(text: str) -> list[str]:
    """The targets that a script makes."""
    return re.findall(r"(?:^|&& )make ([\w./-]+)", text, re.MULTILINE)


def test_the_container_has_the_locked_python_and_a_target_that_there_is():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_bytes())
    assert container["image"].endswith(f"python:{python()}")
    assert set(made(container["postCreateCommand"])) <= TARGETS
    assert container["customizations"]["vscode"]["settings"]["python.defaultInterpreterPath"].endswith(
        "/.venv/bin/python"
    )


def test_binder_installs_as_make_does():
    assert (ROOT / ".binder" / "runtime.txt").read_text(encoding="utf-8").strip() == f"python-{python()}"
    script = ROOT / ".binder" / "postBuild"
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0
    assert script.stat().st_mode & 0o111
    installs = re.findall(r"^pip (install .+)$", script.read_text(encoding="utf-8"), re.MULTILINE)
    ours = re.findall(r"\$\(BIN\)/pip (install [^|\n]+?)(?: \|.*| >.*)?$", MAKEFILE, re.MULTILINE)
    flags = [set(line.split()) - {"--quiet"} for line in ours]
    assert installs and all(any(set(line.split()) - {"--quiet"} <= each for each in flags) for line in installs)


@pytest.mark.slow
@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_fit_their_published_schema(path):
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_call_what_there_is_and_ask_for_no_more_rights_than_they_use(path):
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert {target for text in commands(workflow) for target in made(text)} <= TARGETS
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/setup-python"):
                assert step["with"]["python-version"] == python()
            assert step.get("uses", "actions/").startswith("actions/"), "only actions of GitHub itself"
        assert job.get("timeout-minutes") or job.get("needs")
    assert isinstance(workflow["permissions"], dict)


def test_the_weekly_refresh_uses_commands_that_there_are():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "refresh.yaml").read_text(encoding="utf-8"))
    from autogap.__main__ import COMMANDS

    called = re.findall(r"\.venv/bin/autogap (\w+)", "\n".join(commands(workflow)))
    assert called and set(called) <= {command.name for command in COMMANDS}


def test_the_site_that_is_published_is_the_one_that_make_builds():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "site.yaml").read_text(encoding="utf-8"))
    uploaded = [step["with"]["path"] for step in workflow["jobs"]["build"]["steps"] if "pages" in step.get("uses", "")]
    assert uploaded == ["runs/site"] and "into runs/site" in MAKEFILE


def test_the_image_is_built_as_make_does_and_runs_without_root():
    """Parsed only: the user is set before anything of the project runs, and what is copied is there."""
    lines = [line for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines() if line[:1].isupper()]
    words = [line.split(maxsplit=1) for line in lines]
    assert words[0] == ["FROM", f"python:{python()}-slim"]
    user = words.index(["USER", "reader"])
    ran = [
        place for place, (word, rest) in enumerate(words) if word in ("RUN", "CMD") and "make " in rest.split("&&")[-1]
    ]
    assert ran and all(place > user for place in ran if words[place][1].startswith("make"))
    assert set(made("\n".join(rest for word, rest in words if word == "RUN" and rest.startswith("make")))) <= TARGETS
    copied = [name for word, rest in words if word == "COPY" for name in rest.split()[1:-1]]
    assert all((ROOT / name).exists() for name in copied)
    command = json.loads(words[-1][1])
    assert words[-1][0] == "CMD" and command[:2] == ["make", "lab"]


def test_the_conda_environment_is_the_lock_on_conda_forge():
    told = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert told["channels"] == ["conda-forge", "nodefaults"] and f"python={python()}" in told["dependencies"]
    assert told["dependencies"][-1] == {"pip": ["-r requirements.txt"]}


def test_the_first_cell_for_colab_installs_the_lock_and_the_project():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    cell = re.search(r"^    !git clone .*\n(?:    .+\n)+", text, re.MULTILINE)[0]
    assert "%cd autogap" in cell and "--require-hashes -r requirements.txt" in cell
    assert "--no-deps --no-build-isolation -e ." in cell
