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
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from feedtools.cli import COMMANDS
from feedtools.cli.hooks import SOURCE, pattern
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


def everything(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_nothing_that_is_there_is_changed(folder: Path) -> None:
    mine = folder / "feedtools.toml"
    mine.write_text('paths = ["feed"]\nignore = ["FT101", "FT301"]\n', encoding="utf-8")
    before = mine.read_bytes()
    run = Run(folder, "init")
    assert mine.read_bytes() == before
    assert "feedtools.toml: is there already" in run.err
    again = everything(folder)
    Run(folder, "init")
    assert everything(folder) == again


@pytest.mark.parametrize("place", ["feedtools.toml", "pyproject.toml"])
@pytest.mark.parametrize("first", ["init", "check"])
def test_settings_that_are_there_name_the_baseline_from_then_on(folder: Path, place: str, first: str) -> None:
    head = "" if place == "feedtools.toml" else '[project]\nname = "x"\n[tool.feedtools]\n'
    (folder / place).write_text(f'{head}paths = ["feed"]  # mine\n', encoding="utf-8")
    if first == "init":
        assert Run(folder, "init", "--no-hook", "--no-ci").code == 0
        assert written(folder) == {place}
    else:  # the baseline is there, and was used by hand
        Run(folder, "check", "--write-baseline", "feedtools-baseline.json")
        (folder / place).write_text(f'{head}paths = ["feed"]  # mine\n', encoding="utf-8")
    run = Run(folder, "init", "--baseline", "--no-hook", "--no-ci")
    assert run.code == 0
    assert f"{place} names it now" in run.err
    assert written(folder) == {place, "feedtools-baseline.json"}
    text = (folder / place).read_text("utf-8")
    assert text.replace('baseline = "feedtools-baseline.json"\n', "") == f'{head}paths = ["feed"]  # mine\n'
    assert Run(folder, "check").code == 0
    again = everything(folder)
    assert "names it now" not in Run(folder, "init", "--baseline", "--no-hook", "--no-ci").err
    assert everything(folder) == again


def test_a_baseline_of_another_name_is_the_one_that_is_written(folder: Path) -> None:
    mine = 'paths = ["feed"]\nbaseline = "known.json"\n'
    (folder / "feedtools.toml").write_text(mine)
    assert Run(folder, "init", "--baseline", "--no-hook", "--no-ci").code == 0
    assert written(folder) == {"feedtools.toml", "known.json"}
    assert (folder / "feedtools.toml").read_text() == mine
    assert Run(folder, "check").code == 0


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


@cache
def validator(name: str) -> Any:
    kind = pytest.importorskip("jsonschema").Draft202012Validator
    schema = SCHEMAS[name]()
    kind.check_schema(schema)
    return kind(schema)


def valid(name: str, value: Any) -> bool:
    return bool(validator(name).is_valid(value))


def test_the_schema_knows_every_key_and_refuses_others() -> None:
    keys = {name.replace("_", "-") for name in Config._fields} - {"root", "file"}
    properties = SCHEMAS["configuration"]()["properties"]
    assert keys <= set(properties)
    assert all(properties[key]["description"] for key in keys)
    good = {"paths": ["feed/"], "fail-on": "error", "rules": {"FT301": {"level": "note"}}, "clean": {"hold": "error"}}
    assert valid("configuration", good)
    for wrong in ({"pahts": []}, {"fail-on": "fatal"}, {"paths": "feed"}, {"clean": {"hlod": "error"}}):
        assert not valid("configuration", wrong), wrong


@pytest.mark.parametrize(
    "path", sorted([*ROOT.glob("rules/*.toml"), *ROOT.glob("docs/*/rules/*.toml")]), ids=lambda path: path.name
)
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
    known = {one["id"]: one for one in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    [repo] = hooks["repos"]
    assert repo["repo"] == "local"
    for one in repo["hooks"]:
        published = known[one["id"]]
        assert one["language"] == "system"
        assert one["entry"].endswith(published["entry"].removeprefix("feedtools"))
        assert [one.get(key) for key in ("args", "exclude", "pass_filenames")] == [
            published.get(key) for key in ("args", "exclude", "pass_filenames")
        ]


@pytest.mark.parametrize("name", ["site", "a b/c's"])
def test_below_the_root_of_a_repository_hook_and_workflow_stand_where_they_are_run(folder: Path, name: str) -> None:
    yaml = pytest.importorskip("yaml")
    below = folder / name
    below.mkdir(parents=True)
    (folder / "feed").rename(below / "feed")
    (folder / ".git").mkdir()
    done = Run(folder, "init", name)
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()) == sorted(
        [
            ".github/workflows/feedtools.yml",
            ".pre-commit-config.yaml",
            *(path.relative_to(folder).as_posix() for path in (below / "feed").iterdir()),
            f"{name}/feedtools.toml",
        ]
    )
    assert f"\n{Path('.pre-commit-config.yaml')}: written" in done.err
    flow = yaml.safe_load((folder / ".github" / "workflows" / "feedtools.yml").read_text("utf-8"))
    command = shlex.split(flow["jobs"]["check"]["steps"][-1]["run"])
    assert command == ["feedtools", "check", "--config", f"{name}/feedtools.toml", "--output-format", "github"]
    [repo] = yaml.safe_load((folder / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    for one in repo["hooks"]:
        assert f"{name}/feedtools.toml" in shlex.split(one["entry"])
        assert re.search(one["files"], f"{name}/feed/new.txt")
        assert not re.search(one["files"], "feed/new.txt")
    entry = shlex.split(repo["hooks"][0]["entry"])
    assert f"{name}/feed/a.txt:4" in Run(folder, *entry[entry.index("check") :]).out


def test_hooks_that_are_there_without_feedtools_are_told_where_to_find_it(folder: Path) -> None:
    hooks = folder / ".pre-commit-config.yaml"
    hooks.write_text("repos: []\n", encoding="utf-8")
    assert "left as it is; https://feedtools.example.org/ci.html shows what to add\n" in Run(folder, "init").err
    hooks.write_text("repos: []  # feedtools: none here\n", encoding="utf-8")
    assert ".pre-commit-config.yaml: is there already and was left as it is\n" in Run(folder, "init").err


def test_at_the_root_of_a_repository_nothing_names_the_configuration(folder: Path) -> None:
    (folder / ".git").mkdir()
    Run(folder, "init")
    assert "--config" not in (folder / ".pre-commit-config.yaml").read_text("utf-8")
    assert "--config" not in (folder / ".github" / "workflows" / "feedtools.yml").read_text("utf-8")


@pytest.mark.parametrize(
    ("paths", "names", "inside", "outside"),
    [
        (
            ["feed/"],
            {"transmission": ["feed/a.txt"]},
            ["feed/b.txt", "feed/c/D.TXT.gz"],
            ["a.txt", "feed/a.md", "feed/x"],
        ),
        (["."], {"markdown": ["a.md", "p/b.md"]}, ["q/c.markdown", "d.mdx"], ["a.txt", "a.md/x"]),
        (["a b/", "c.d/"], {"markdown": ["a b/x.md", "c.d/y.md"]}, ["a b/z.md", "c.d/z.md"], ["ccd/z.md", "z.md"]),
        (["."], {"feed": ["feed.xml"], "markdown": ["p/b.md"]}, ["feed.xml", "x.md"], ["pom.xml", "p/feed.xml"]),
        (["feeds/"], {"feed": ["feeds/a.xml"]}, ["feeds/b.rss"], ["pom.xml", "feeds/b.txt"]),
        (["."], {"html": [f"{n}.html" for n in range(13)]}, ["new.html"], ["t/new.html", "new.txt"]),
        (["."], {"html": [f"{n}.html" for n in range(12)]}, ["11.html"], ["new.html"]),
    ],
    ids=str,
)
def test_a_hook_is_for_the_files_of_the_feed(
    paths: list[str], names: dict[str, list[str]], inside: list[str], outside: list[str]
) -> None:
    for folder in ("", "my site/"):
        wanted = pattern(paths, names, folder)
        assert [name for name in inside if not re.search(wanted, folder + name)] == []
        assert [name for name in outside if re.search(wanted, folder + name)] == []
        assert not folder or [name for name in inside if re.search(wanted, f"other/{name}")] == []


def test_the_project_has_one_address() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["urls"]["Source"] == SOURCE
    for name in ("README.md", "docs/ci.md"):
        assert set(re.findall(r"repo: (https?://\S+)", (ROOT / name).read_text("utf-8"))) == {SOURCE}, name


def test_the_version_that_is_shown_is_this_one() -> None:
    from feedtools import __version__

    for name in ("README.md", "docs/ci.md"):
        shown = re.findall(r"(?:rev: |uses: \S*feedtools@)v(\S+)", (ROOT / name).read_text("utf-8"))
        assert set(shown) == {__version__}, name


def test_the_image_copies_what_the_build_needs() -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        assert all((ROOT / name).exists() or name == PACKAGE.name for name in source.split())
    assert 'ENTRYPOINT ["feedtools"]' in text


POST = "# A page\n\nThis one is written for readers, and it is long enough to be an article of a feed of its own.\n"


def mixed(folder: Path, text: str) -> str:
    """A folder of posts in Markdown, and one text file in another folder; gives what ``init`` says of it."""
    for name in ("one", "two"):
        (folder / "posts").mkdir(exist_ok=True)
        (folder / "posts" / f"{name}.md").write_text(POST.replace("This", name), encoding="utf-8")
    (folder / "notes").mkdir()
    (folder / "notes" / "ideas.txt").write_text(text, encoding="utf-8")
    run = Run(folder, "init")
    assert run.code == 0, run.err
    return run.err


def test_a_text_file_beside_a_folder_of_posts_is_not_the_feed(tmp_path: Path) -> None:
    said = mixed(tmp_path, "Write about the river.\nAsk the printers for a date.\n")
    assert "2 files of markdown in posts/" in said
    assert "beside it" not in said
    hook = (tmp_path / ".pre-commit-config.yaml").read_text("utf-8")
    assert r"\.md" in hook


def test_what_stands_beside_a_transmission_is_said(tmp_path: Path) -> None:
    said = mixed(tmp_path, f"{HEADER}{BAD}\n")
    assert "1 file of transmission in notes/" in said
    assert "2 files of markdown beside it: name them in paths" in said
    assert 'paths = ["notes/"]' in (tmp_path / "feedtools.toml").read_text("utf-8")
