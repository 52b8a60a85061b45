"""Where a configuration is found, and which of several holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedtools.config import Config, discover, from_options, load
from feedtools.errors import ConfigError
from tests.cli.test_cli import Run

TABLE = '[project]\nname = "x"\n[tool.feedtools]\nignore = ["FT101"]\n'


@pytest.mark.parametrize(
    ("name", "content", "ignored"),
    [
        ("feedtools.toml", 'ignore = ["FT101"]\n', ("FT101",)),
        ("feedtools.toml", "", ()),
        ("pyproject.toml", TABLE, ("FT101",)),
        ("pyproject.toml", 'tool.feedtools.ignore = ["FT101"]\n', ("FT101",)),
        ("pyproject.toml", '["tool"."feedtools"]\nignore = ["FT101"]\n', ("FT101",)),
        ("pyproject.toml", '[tool.ruff]\nignore = ["FT101"]\n', ()),
        ("other.toml", 'ignore = ["FT101"]\n', ("FT101",)),  # named by hand
    ],
)
def test_a_file_is_read_by_its_name_and_found_from_any_folder_below(
    tmp_path: Path, name: str, content: str, ignored: tuple[str, ...]
) -> None:
    (tmp_path / "deep/er").mkdir(parents=True)
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert load(tmp_path / name).ignore == ignored
    if name != "other.toml":
        found = discover(tmp_path / "deep/er")
        assert found.ignore == ignored
        if content and ignored:
            assert (found.file, found.root) == (tmp_path / name, tmp_path)


def test_the_nearest_file_holds_alone(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(TABLE, encoding="utf-8")
    (tmp_path / "a/feedtools.toml").write_text('select = ["FT2"]\n', encoding="utf-8")
    (tmp_path / "a/b/pyproject.toml").write_text('[project]\nname = "y"\n', encoding="utf-8")  # has no table of ours
    assert discover(tmp_path).ignore == ("FT101",)
    for folder in ("a", "a/b"):
        found = discover(tmp_path / folder)
        assert (found.select, found.ignore) == (("FT2",), ())


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("feedtools.toml", "ignroe = []\n", "ignore"),
        ("pyproject.toml", "[tool.feedtools]\nignroe = []\n", "ignore"),
        ("feedtools.toml", "ignore = \n", "not a TOML file"),
        ("feedtools.toml", 'ignore = "FT101"\n', "ignore"),
        ("pyproject.toml", "[tool]\nfeedtools = 3\n", r"a table \[tool.feedtools\]"),
        ("pyproject.toml", "tool.feedtools = []\n", r"a table \[tool.feedtools\]"),
        ("pyproject.toml", "[[tool.feedtools]]\nlang = 'en'\n", r"a table \[tool.feedtools\]"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(tmp_path: Path, name: str, content: str, told: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=told) as refused:
        discover(tmp_path)
    assert Path(str(refused.value.path)) == tmp_path / name


@pytest.mark.parametrize(
    "content",
    [
        r'text-key = "\u0000"',
        r'learned = "a\u0000b"',
        r'history = ["a", "\u0000"]',
        '[renderers.mine]\nreplaces = { "-" = "\\u0000" }',
        '[per-file-ignores]\n"\\u0000" = ["FT1"]',
    ],
)
def test_a_nul_is_refused_before_any_file_is_asked_for_by_it(tmp_path: Path, content: str) -> None:
    (tmp_path / "feedtools.toml").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match="holds a NUL"):
        discover(tmp_path)
    (tmp_path / "feedtools.toml").write_text(content.replace(r"\u0000", "xyz"), encoding="utf-8")
    discover(tmp_path)


@pytest.mark.parametrize("key", ["learned", "baseline", "rule-packs"])
def test_a_file_that_cannot_be_read_is_told_in_words(tmp_path: Path, key: str) -> None:
    """What the system says of it, without a number and without the path again."""
    (tmp_path / "a.txt").write_text("INCOMING TRANSMISSION\n\nLATEST UPDATES\n一篇没有毛病的文章。\n", encoding="utf-8")
    (tmp_path / "folder" / "x.toml").mkdir(parents=True)
    value = '["folder"]' if key == "rule-packs" else '"folder"'
    (tmp_path / "feedtools.toml").write_text(f"{key} = {value}\n", encoding="utf-8")
    run = Run(tmp_path, "check", "a.txt")
    assert run.code == 2
    assert "folder" in run.err
    assert "Errno" not in run.err


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert discover(tmp_path)._replace(root=Path()) == Config()


@pytest.mark.parametrize(
    "content", ["tool = 3  # feedtools\n", "# feedtools\n[[tool]]\nname = 'x'\n", "[tool.feedtools]\n"]
)
def test_a_project_that_asks_for_nothing_leaves_the_defaults(tmp_path: Path, content: str) -> None:
    (tmp_path / "pyproject.toml").write_text(content, encoding="utf-8")
    for found in (discover(tmp_path), load(tmp_path / "pyproject.toml")):
        assert found._replace(root=Path(), file=None) == Config()


def test_the_key_of_dates_may_stand_beside_keep_on_top_of_a_configuration_too() -> None:
    options = {"clean": {"keep": "newest", "date-key": "updated"}}
    for found in (from_options(options), from_options(options, Config(lang="zh"))):
        assert (found.clean.keep, found.date_key) == ("newest", "updated")
    assert from_options({"clean": {"keep": "newest"}}, Config(date_key="day")).date_key == "day"
    assert from_options({"date_key": "when", **options}, Config()).date_key == "when"
