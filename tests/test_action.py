"""The GitHub action: its own steps, run by bash in a real git repository with a pull request."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.places import ROOT

yaml = pytest.importorskip("yaml")

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
HEADER = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n"
OLD = "损失为[公式],其中没有别的,这一篇早就在那里了。"
NEW = "新的一篇里又有[公式],而且 \\(x 没有结束。"


class Runner:
    """What GitHub does with a composite action, as far as this one asks for it."""

    def __init__(self, work: Path, repository: Path, base: str) -> None:
        self.work, self.repository = work, repository
        self.context = {"github.action_path": str(ROOT), "github.event.pull_request.base.sha": base}
        self.summary = work / "summary.md"
        self.summary.touch()

    def run(self, first: int = 0, **inputs: str) -> subprocess.CompletedProcess[str]:
        for name, declared in ACTION["inputs"].items():
            self.context[f"inputs.{name}"] = inputs.get(name, declared["default"])
        for step in ACTION["runs"]["steps"][first:]:
            done = self._step(step)
            if done.returncode:
                break
        return done

    def _step(self, step: dict[str, Any]) -> subprocess.CompletedProcess[str]:
        output = self.work / "output"
        output.write_text("")
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.work),
            "RUNNER_TEMP": str(self.work),
            "GITHUB_ACTIONS": "true",
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            **{name: value for name, value in os.environ.items() if name.startswith("PIP_")},
            **{name: self._expand(value) for name, value in step.get("env", {}).items()},
        }
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(
            command, cwd=self.repository, env=environment, capture_output=True, text=True, check=False
        )
        for line in output.read_text().splitlines():
            name, _, value = line.partition("=")
            self.context[f"steps.{step['id']}.outputs.{name}"] = value
        return done

    def _expand(self, value: str) -> str:
        return re.sub(r"\$\{\{ *([^} ]+) *\}\}", lambda found: self.context.get(found[1], ""), value)


def git(folder: Path, *arguments: str) -> str:
    name = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", folder, *name, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    origin, work, clone = tmp_path / "origin", tmp_path / "temp", tmp_path / "clone"
    (origin / "feed").mkdir(parents=True)
    work.mkdir()
    (origin / "feed" / "a.txt").write_text(f"{HEADER}{OLD}\n", encoding="utf-8")
    git(origin, "init", "-q", "-b", "main")
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(origin, "add", ".")
    git(origin, "commit", "-qm", "one")
    base = git(origin, "rev-parse", "HEAD")
    git(origin, "checkout", "-qb", "pull")
    (origin / "feed" / "a.txt").write_text(f"{HEADER}{NEW}\n{OLD}\n", encoding="utf-8")
    git(origin, "commit", "-qam", "two")
    git(tmp_path, "clone", "-q", "--depth=1", "--branch=pull", origin.as_uri(), str(clone))
    command = work / "feedtools" / "bin" / "feedtools"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m feedtools "$@"\n')
    command.chmod(0o755)
    return Runner(work, clone, base)


def test_a_pull_request_is_annotated_where_it_is_new(runner: Runner) -> None:
    done = runner.run(1, paths="feed/", sarif="out.sarif")
    assert (done.returncode, runner.context["steps.check.outputs.exit-code"]) == (1, "1"), done.stderr
    commands = done.stdout.splitlines()
    assert commands
    assert all(
        command.startswith(("::error file=feed/a.txt,line=4,", "::warning ", "::notice ")) for command in commands
    )
    assert not any("line=5" in command for command in commands)
    assert "FT102" in runner.summary.read_text(encoding="utf-8")
    assert json.loads((runner.repository / "out.sarif").read_text())["runs"][0]["results"]


def test_without_a_base_everything_is_checked(runner: Runner) -> None:
    done = runner.run(1, paths="feed/", since="", args="--fail-on never --select FT102")
    assert (done.returncode, runner.context["steps.check.outputs.exit-code"]) == (0, "0"), done.stderr
    assert [re.search(r"line=(\d+)", line)[1] for line in done.stdout.splitlines()] == ["4", "5"]


def test_inputs_are_data_and_no_commands(runner: Runner, tmp_path: Path) -> None:
    done = runner.run(1, paths="feed/ $(touch${IFS}pwned) `id`;true", since="", args="--exit-zero")
    assert done.returncode == 2
    assert not (runner.repository / "pwned").exists()
    text = yaml.safe_dump([step["run"] for step in ACTION["runs"]["steps"]])
    assert "${{" not in text


@pytest.mark.parametrize("since", ["--upload-pack=touch pwned;", "--output=pwned", "-h", "HEAD\nsince=HEAD"])
def test_a_revision_is_never_an_option(runner: Runner, since: str) -> None:
    assert runner.run(1, paths="feed/", since=since).returncode not in {0, 1}
    assert not (runner.repository / "pwned").exists()


def test_an_unknown_revision_fails_the_step(runner: Runner) -> None:
    assert runner.run(1, paths="feed/", since="nowhere").returncode not in {0, 1}


@pytest.mark.slow
def test_all_steps_with_a_real_installation(runner: Runner) -> None:
    (runner.work / "feedtools" / "bin" / "feedtools").unlink()
    done = runner.run(paths="feed/")
    if "No matching distribution" in done.stderr or "Could not find a version" in done.stderr:
        pytest.skip("pip finds no package index here")
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error file=feed/a.txt,line=4")


def test_the_documentation_names_every_input() -> None:
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    for name in ACTION["inputs"]:
        assert f"| `{name}` |" in page
