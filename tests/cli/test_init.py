"""The first minutes: ``feedtools init``, the schemas, the manual page, and the project's own workflows."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from feedtools.cli import COMMANDS
from feedtools.cli.schema import SCHEMAS
from feedtools.config import AUTO, ENDS, FIXINGS, Config, Policy, policy
from feedtools.errors import ConfigError
from feedtools.lint import rules
from tests.cli.test_cli import Run
from tests.places import PACKAGE, ROOT

HEADER = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n"
BAD = "我们用 modelfree 的方法训练,损失是 [Math] ,一共跑了三遍才收敛。"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "feed").mkdir()
    (tmp_path / "feed" / "a.txt").write_text(f"{HEADER}{BAD}\n", encoding="utf-8")
    return tmp_path


def written(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {"feed/a.txt"}


def test_a_folder_is_set_up_without_a_question(folder: Path) -> None:
    run = Run(folder, "init")
    assert (run.code, run.out) == (0, "")
    assert written(folder) == {"feedtools.toml", ".pre-commit-config.yaml", ".github/workflows/feedtools.yml"}
    assert tomllib.loads((folder / "feedtools.toml").read_text("utf-8"))["paths"] == ["feed/"]
    assert Run(folder, "check").code == 1


def test_a_baseline_is_written_where_it_is_wanted(folder: Path) -> None:
    assert Run(folder, "init", "--baseline", "--no-hook", "--no-ci").code == 0
    assert written(folder) == {"feedtools.toml", "feedtools-baseline.json"}
    assert Run(folder, "check").code == 0
    (folder / "feed" / "b.txt").write_text(f"{HEADER}新的一篇也有 [公式] ,还没有人看过。\n", encoding="utf-8")
    assert Run(folder, "check").code == 1


def test_nothing_that_is_there_is_changed(folder: Path) -> None:
    mine = folder / "feedtools.toml"
    mine.write_text('paths = ["feed"]\nignore = ["FT101", "FT301"]\n', encoding="utf-8")
    before = mine.read_bytes()
    run = Run(folder, "init", "--baseline")
    assert mine.read_bytes() == before
    assert "is there already" in run.err
    again = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    Run(folder, "init", "--baseline")
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == again


def test_a_folder_without_articles_is_said_and_left_alone(tmp_path: Path) -> None:
    run = Run(tmp_path, "init")
    assert run.code == 2
    assert "no article was found" in run.err
    assert not list(tmp_path.iterdir())


def test_the_folder_of_the_articles_is_found(folder: Path) -> None:
    (folder / "feed" / "a.txt").unlink()
    (folder / "posts").mkdir()
    (folder / "posts" / "a.md").write_text("# 标题\n\n正文有一句话,写得不长。\n", encoding="utf-8")
    assert Run(folder, "init", "posts").code == 0
    assert tomllib.loads((folder / "posts" / "feedtools.toml").read_text("utf-8"))["paths"] == ["."]


@pytest.mark.parametrize("name", ['a"b', "a\\b", "a'b", "文 章", "a\tb", "a\x7fb"])
def test_a_folder_of_any_name_is_written_down_so_that_it_is_found(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "a.txt").write_text(f"{HEADER}{BAD}\n", encoding="utf-8")
    assert Run(tmp_path, "init", "--no-hook", "--no-ci").code == 0
    assert tomllib.loads((tmp_path / "feedtools.toml").read_text("utf-8"))["paths"] == [f"{name}/"]
    assert Run(tmp_path, "check").code == 1


def test_the_next_command_can_be_copied_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "x y").mkdir()
    (tmp_path / "x y" / "a.txt").write_text(f"{HEADER}{BAD}\n", encoding="utf-8")
    said = Run(tmp_path, "init", "x y", "--no-hook", "--no-ci").err
    _, _, command = said.rpartition("next: feedtools ")
    assert Run(tmp_path, *shlex.split(command)).code == 1


# --- schemas ----------------------------------------------------------------------------------------------------------


def valid(name: str, value: Any) -> bool:
    validator = pytest.importorskip("jsonschema").Draft202012Validator
    schema = SCHEMAS[name]()
    validator.check_schema(schema)
    return bool(validator(schema).is_valid(value))


def test_the_schema_knows_every_key_and_refuses_others() -> None:
    keys = {name.replace("_", "-") for name in Config._fields} - {"root", "file"}
    properties = SCHEMAS["configuration"]()["properties"]
    assert keys <= set(properties)
    assert all(properties[key]["description"] for key in keys)
    good = {"paths": ["feed/"], "fail-on": "error", "rules": {"FT301": {"level": "note"}}, "clean": {"hold": "error"}}
    assert valid("configuration", good)
    for wrong in ({"pahts": []}, {"fail-on": "fatal"}, {"paths": "feed"}, {"clean": {"hlod": "error"}}):
        assert not valid("configuration", wrong), wrong


@pytest.mark.parametrize("path", sorted(ROOT.rglob("rules/*.toml")), ids=lambda path: path.name)
def test_every_rule_file_is_valid(path: Path) -> None:
    raw = tomllib.loads(path.read_text("utf-8"))
    assert valid("rule", raw)
    assert not valid("rule", {**raw, "levell": "note"})
    assert not valid("rule", {key: value for key, value in raw.items() if key != "why"})


def test_every_line_of_a_manifest_is_valid(folder: Path) -> None:
    (folder / "feed" / "b.txt").write_text(f"{HEADER}{BAD}\n结果 ,见下文。这里没有别的。\n", encoding="utf-8")
    (folder / "feed" / "c.txt").write_text(f"{HEADER}种菜要先松土,松过的土浇水才渗得下去。\n", encoding="utf-8")
    (folder / "feed" / "d.html.gz").write_bytes(b"\x1f\x8b broken")
    Run(folder, "clean", "feed", "-o", "out")
    lines = [json.loads(line) for line in (folder / "out" / "manifest.jsonl").read_text("utf-8").splitlines()]
    assert len(lines) > 5
    assert any(line.get("action") == "keep" and "reasons" not in line for line in lines)
    assert any("unread" in line for line in lines)
    assert all(valid("manifest", line) for line in lines)
    assert not valid("manifest", {"path": "a", "line": 1, "action": "burn", "reasons": []})


def test_the_schema_accepts_every_default_and_all_that_the_configuration_accepts() -> None:
    def plain(value: object) -> object:
        return list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, Mapping) else value

    given = {name.replace("_", "-"): plain(value) for name, value in Policy._field_defaults.items()}
    assert valid("configuration", {"clean": given})
    for key, values in {
        "end": (AUTO, *ENDS),
        "fix": (AUTO, *FIXINGS),
        "unique": ("hold", "keep"),
        "end-keep": (0, 1),
    }.items():
        for value in values:
            policy({key: value})
            assert valid("configuration", {"clean": {key: value}}), (key, value)
    for key, value in {"end": "word", "fix": "all", "unique": "drop", "end-keep": 1.5, "rest": 0}.items():
        assert not valid("configuration", {"clean": {key: value}}), key
        with pytest.raises(ConfigError):
            policy({key: value})
    config = {name: plain(value) for name, value in Config._field_defaults.items() if value is not None}
    given = {name.replace("_", "-"): value for name, value in config.items() if name not in {"root", "file", "clean"}}
    assert valid("configuration", given)


def test_the_schema_is_printed(folder: Path) -> None:
    assert json.loads(Run(folder, "schema", "rule").out)["required"] == [
        key for key, (_, needed) in rules.KEYS.items() if needed
    ]


# --- manual page, workflows -------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_manual_page_is_current_and_well_formed() -> None:
    spec = importlib.util.spec_from_file_location("make_pages", ROOT / "docs" / "readme.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = (ROOT / "docs" / "feedtools.1").read_text("utf-8")
    assert page == module.manual(), "run python docs/readme.py"
    assert all(f".SS feedtools {name}" in page for name in COMMANDS)
    if shutil.which("groff"):
        done = subprocess.run(
            ["groff", "-man", "-Tutf8", "-ww", "-z"], input=page.encode(), capture_output=True, check=True
        )
        assert done.stderr == b""


@pytest.mark.parametrize("path", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda path: path.name)
def test_the_workflows_are_valid_and_run_the_checks(path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    flow = yaml.safe_load(path.read_text("utf-8"))
    steps = [step for job in flow["jobs"].values() for step in job["steps"]]
    assert any(step.get("run") == ".ci/run" for step in steps)
    assert all("@" in step["uses"] for step in steps if "uses" in step)
    assert all(job["runs-on"] for job in flow["jobs"].values())


def test_what_init_writes_is_valid(folder: Path) -> None:
    yaml = pytest.importorskip("yaml")
    Run(folder, "init")
    flow = yaml.safe_load((folder / ".github" / "workflows" / "feedtools.yml").read_text("utf-8"))
    assert "feedtools check --output-format github" in [step.get("run") for step in flow["jobs"]["check"]["steps"]]
    hooks = yaml.safe_load((folder / ".pre-commit-config.yaml").read_text("utf-8"))
    known = {one["id"] for one in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    assert {one["id"] for one in hooks["repos"][0]["hooks"]} <= known


def test_the_image_copies_what_the_build_needs() -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        assert all((ROOT / name).exists() or name == PACKAGE.name for name in source.split())
    assert 'ENTRYPOINT ["feedtools"]' in text
