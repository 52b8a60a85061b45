"""What the documentation says is so: rule pages, the sample pack, commands and files it names."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from feedtools.cli import COMMANDS, cli
from feedtools.lint.rules import load_folder
from tests.places import ROOT

DOCS = ROOT / "docs"
PACK = DOCS / "sample-pack"
PAGES = sorted(DOCS.glob("*.md"))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, list(map(str, arguments)), catch_exceptions=False)


def test_the_pages_of_the_rules_are_current() -> None:
    spec = importlib.util.spec_from_file_location("make_pages", DOCS / "readme.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    wanted = module.pages()
    assert set((DOCS / "rules").glob("*.md")) == set(wanted), "run python docs/readme.py"
    for path, text in wanted.items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run python docs/readme.py"


def test_the_sample_pack_passes_its_own_examples() -> None:
    result = run("rules", "--test", PACK / "rules")
    assert result.exit_code == 0, result.output
    assert result.output.endswith(" 0 failed\n")
    for rule in load_folder(PACK / "rules"):
        assert len(rule.bad) >= 3, rule.id
        assert len(rule.good) >= 3, rule.id
        assert not rule.value.startswith("check"), rule.id


def test_the_sample_pack_holds_nothing_but_data() -> None:
    assert {path.suffix for path in PACK.rglob("*") if path.is_file()} == {".toml", ".tsv", ".xml"}


def test_the_sample_feed_is_checked_by_its_own_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("feedparser")
    shutil.copytree(PACK, tmp_path / "pack")
    monkeypatch.chdir(tmp_path / "pack")
    result = run("check", "--output-format", "jsonl")
    assert result.exit_code == 1, result.stderr
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert {(one["line"], one["rule"]) for one in found if one["rule"].startswith("DEV")} == {
        (2, "DEV102"),
        (2, "DEV106"),
        (3, "DEV101"),
        (3, "DEV103"),
        (3, "DEV107"),
        (4, "DEV104"),
    }
    assert any(one["rule"].startswith("FT9") for one in found)
    assert {one["level"] for one in found if one["rule"] == "DEV103"} == {"warning"}
    assert run("rules", "DEV106").output.startswith("# DEV106 quote-in-code")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_options_and_files_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    known = set()
    for name in COMMANDS:
        known.update(re.findall(r"--[a-z-]+", run(name, "--help").output))
        for command in re.findall(r"(?m)^  ([a-z]+) ", run(name, "--help").output):
            known.update(re.findall(r"--[a-z-]+", run(name, command, "--help").output) if name == "index" else ())
    used = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))
    if "benchmarks/" not in text:  # which have options of their own
        assert used <= known, sorted(used - known)
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (page.parent / link).exists(), link


def test_the_key_table_of_the_guide_names_every_key_of_a_rule() -> None:
    from feedtools.lint import rules

    text = (DOCS / "rule-packs.md").read_text(encoding="utf-8")
    for key in rules.KEYS:
        assert f"`{key}`" in text or f"`[{key}]`" in text or f"[[{key}]]" in text, key
