"""The README is current: its outputs are what the commands print, its table is the rules, its examples work."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from feedtools.config import parse
from feedtools.lint import examples
from feedtools.lint.rules import builtin, load
from tests.places import ROOT

PAGE = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def readme() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_readme", ROOT / "docs" / "readme.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_parts_are_current(readme: ModuleType) -> None:
    assert readme.current(PAGE) == PAGE, "run python docs/readme.py"


def test_what_the_guides_show_is_what_the_commands_print(readme: ModuleType) -> None:
    pages = readme.guides()
    assert [path.name for path in pages] == ["deduplication.md"]
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert readme.current(text) == text, "run python docs/readme.py"


def test_every_rule_is_in_the_table() -> None:
    rows = re.findall(r"^\| \[(\w+)\]\((\S+)\) \| ([\w-]+) \| (\w+)", PAGE, re.MULTILINE)
    assert [row[0] for row in rows] == [rule.id for rule in builtin()]
    for code, link, name, level in rows:
        rule = load(ROOT / link)
        assert (rule.id, rule.name, rule.level) == (code, name, level)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_example_rule_passes_its_own_examples(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(next(block for block in blocks("toml") if block.startswith("id =")), encoding="utf-8")
    assert [examples.failure(case) for case in examples.cases([load(path)])] == [None, None]


def test_the_example_configuration_is_valid(tmp_path: Path) -> None:
    raw = next(block for block in blocks("toml") if block.startswith("paths ="))
    assert parse(tomllib.loads(raw), tmp_path).paths == ("feed/",)


def test_the_hooks_it_shows_exist() -> None:
    shown = re.findall(r"- id: ([\w-]+)", next(block for block in blocks("yaml") if block.startswith("repos:")))
    offered = re.findall(r"^- id: ([\w-]+)", (ROOT / ".pre-commit-hooks.yaml").read_text(), re.MULTILINE)
    assert shown == offered


def test_every_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", PAGE):
        assert (ROOT / target).exists(), target


@pytest.mark.slow
@pytest.mark.parametrize("name", ["main-job", "tests"])
def test_the_two_commands_on_a_fresh_machine(tmp_path: Path, name: str) -> None:
    """In a clean copy of what is committed or could be, without anything of this environment but Python itself."""
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    for file in names:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_bytes((ROOT / file).read_bytes())
    command = re.search(rf"<!-- command: {name} -->\n```sh\n(.*?)```", PAGE, re.DOTALL)[1]  # type: ignore[index]
    if name == "tests":
        command = command.replace(
            "-m pytest -n auto", "-m pytest tests/readers/test_transmission.py tests/test_sample.py"
        )
    run = subprocess.run(["sh", "-ec", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    if name == "main-job":
        shown = PAGE.partition("<!-- run: feedtools clean")[2].partition("```text\n")[2].partition("```")[0]
        assert (run.stdout + run.stderr).endswith(shown), "pip may have said something before"
        assert (tmp_path / "cleaned" / "manifest.jsonl").is_file()


CHINESE = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")


def test_the_chinese_page_is_kept_in_step(readme: ModuleType) -> None:
    assert readme.current(CHINESE) == CHINESE, "run python docs/readme.py"
    for marker in ("before", "after", "command: main-job"):
        found = [re.search(rf"<!-- {marker} -->\n(```.*?```)", page, re.DOTALL) for page in (PAGE, CHINESE)]
        assert found[0]
        assert found[1]
        assert found[0][1] == found[1][1], marker
    tables = [re.findall(r"^\| (`feedtools [^`]*`) \|.*\|([^|]*)\|$", page, re.MULTILINE) for page in (PAGE, CHINESE)]
    assert tables[0] == tables[1]
    consoles = [re.findall(r"^(\$ .*?) +#", page, re.MULTILINE) for page in (PAGE, CHINESE)]
    assert consoles[0] == consoles[1]
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", CHINESE):
        assert (ROOT / target).exists(), target


def test_what_comes_in_and_what_goes_out_is_so(tmp_path: Path) -> None:
    from feedtools.clean.run import clean_files

    before, after = (re.search(rf"<!-- {name} -->\n```text\n(.*?)```", PAGE, re.DOTALL) for name in ("before", "after"))
    assert before
    assert after
    (tmp_path / "feed").mkdir()
    (tmp_path / "feed" / "a.txt").write_text(before[1], encoding="utf-8")
    cleaned = clean_files(tmp_path / "feed", out=tmp_path / "out")
    assert (cleaned.counts.kept, cleaned.counts.dropped, cleaned.counts.held) == (1, 1, 1)
    assert (tmp_path / "out" / "a.txt").read_text(encoding="utf-8") == after[1]


def test_links_and_the_picture_work_on_a_package_index() -> None:
    with open(ROOT / "pyproject.toml", "rb") as stream:
        hook = tomllib.load(stream)["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]
    assert [one["path"] for one in hook["fragments"]] == ["README.md"]
    shown = PAGE
    for one in hook["substitutions"]:
        shown = re.sub(one["pattern"], one["replacement"], shown)
    before, after = (re.findall(r"(!?)\[[^\]]*\]\(([^)\s]+)\)", page) for page in (PAGE, shown))
    assert len(before) == len(after) > 50
    for (picture, old), (_, new) in zip(before, after, strict=True):
        kind = "raw" if picture else "blob"
        assert new == (old if "://" in old else f"https://git.example.org/feedtools/feedtools/{kind}/main/{old}")
    assert ("!", "docs/report.png") in before


def test_the_picture_shows_the_report_as_it_is(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("picture", ROOT / "benchmarks" / "picture_report.py")
    assert spec is not None
    assert spec.loader is not None
    picture = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(picture)
    page = picture.report(tmp_path)
    known = (ROOT / "docs" / "report.png.digest").read_text(encoding="ascii").strip()
    assert picture.seen(page) == known, "run python benchmarks/picture_report.py, and look at docs/report.png"
    page.write_text(page.read_text(encoding="utf-8").replace("To do", "To be done"), encoding="utf-8")
    assert picture.seen(page) != known
