"""The documentation site: generated pages are current, every page is in the menu, it builds without a warning."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import ROOT

DOCS = ROOT / "docs"
MENU = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:")[2]


def test_the_reference_pages_are_current() -> None:
    spec = importlib.util.spec_from_file_location("reference", DOCS / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("configuration", "command_line"):
        page = DOCS / f"{name.replace('_', '-')}.md"
        assert getattr(module, name)() == page.read_text(encoding="utf-8"), "run python docs/readme.py"


def test_every_page_is_in_the_menu() -> None:
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.glob("*.md")}
    assert pages <= set(re.findall(r": ([\w./-]+\.md)$", MENU, re.MULTILINE))


def test_the_glossary_is_in_order() -> None:
    words = re.findall(r"^\| ([\w -]+) \|", (DOCS / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE)[1:]
    assert len(words) > 20
    assert words == sorted(words)


def test_the_address_of_a_rule_is_that_of_its_page() -> None:
    from feedtools.lint.rules import builtin
    from feedtools.report.rule_pages import HOME, address

    assert "use_directory_urls: false" in (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for rule in builtin():
        page = Path(address(rule).removeprefix(HOME))
        assert (page.suffix, (DOCS / page.with_suffix(".md")).is_file()) == (".html", True)


def test_no_page_of_the_menu_links_to_what_the_site_does_not_hold() -> None:
    for path in [*DOCS.glob("*.md"), *(DOCS / "rules").glob("*.md")]:
        links = re.findall(r"\]\((?!\w+:)([^)#\s]+)", path.read_text(encoding="utf-8"))
        outside = [link for link in links if DOCS not in (path.parent / link).resolve().parents]
        assert outside == [], path.name


@pytest.mark.slow
def test_the_site_builds_strictly_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    pytest.importorskip("material", reason="mkdocs-material is not installed")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(tmp_path)]
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "search" / "search_index.json").is_file()
    for page in tmp_path.rglob("*.html"):
        loaded = re.findall(
            r'<(?:script|link|img)\b[^>]*\b(?:src|href)="(https?:[^"]+)"', page.read_text(encoding="utf-8")
        )
        assert [url for url in loaded if "example.org" not in url] == [], page.name
