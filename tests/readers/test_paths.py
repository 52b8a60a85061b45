"""From what a user names to the files that are read."""

from __future__ import annotations

import errno
import gzip
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from feedtools.errors import FeedtoolsError, Notice, ReadError
from feedtools.readers import ReadOptions, read
from feedtools.readers import expand as expanded
from tests.commands import environment


def expand(paths: list[str], on_error: Callable[[FeedtoolsError], None], **options: Any) -> list[str]:
    return expanded(paths, on_error, ReadOptions(**options))


HEADER = "INCOMING TRANSMISSION\nLATEST UPDATES\n"


@pytest.fixture
def feed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("b.txt", "a.txt", "sub/c.txt", "sub/d.jsonl", "sub/deep/e.txt", ".hidden/f.txt", "notes.md", ".g.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEADER + "one\n" if name.endswith(".txt") else "one\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("paths", "files"),
    [
        (["a.txt"], ["a.txt"]),
        (["b.txt", "a.txt", "b.txt"], ["b.txt", "a.txt"]),
        (["notes.md"], ["notes.md"]),
        (["."], ["a.txt", "b.txt", "notes.md", "sub/c.txt", "sub/d.jsonl", "sub/deep/e.txt"]),
        (["sub"], ["sub/c.txt", "sub/d.jsonl", "sub/deep/e.txt"]),
        (["*.txt"], ["a.txt", "b.txt"]),
        (["**/*.txt"], ["a.txt", "b.txt", "sub/c.txt", "sub/deep/e.txt"]),
        (["sub/[cd].*"], ["sub/c.txt", "sub/d.jsonl"]),
        (["-"], ["-"]),
        ([], []),
    ],
    ids=str,
)
def test_expand(feed: Path, paths: list[str], files: list[str]) -> None:
    errors: list[FeedtoolsError] = []
    assert expand(paths, errors.append) == files
    assert errors == []


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("missing.txt", "missing.txt: no such file or folder"),
        ("*.csv", "*.csv: the pattern matches no file"),
        ("empty", "empty: no articles here; expected files ending in .txt"),
    ],
)
def test_a_path_that_names_nothing_is_reported_and_the_rest_is_taken(feed: Path, path: str, message: str) -> None:
    (feed / "empty").mkdir()
    errors: list[FeedtoolsError] = []
    assert expand([path, "a.txt"], errors.append) == ["a.txt"]
    assert [str(error)[: len(message)] for error in errors] == [message]


def test_a_file_whose_name_looks_like_a_pattern_is_a_file(feed: Path) -> None:
    (feed / "[a].txt").write_text("one\n")
    assert expand(["[a].txt"], pytest.fail) == ["[a].txt"]


def output(folder: Path) -> None:
    """What ``clean`` leaves: a published file, a held one, and the manifest."""
    for name in ("a.txt", "held/a.txt.jsonl"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("one\n")
    (folder / "manifest.jsonl").write_text('{"feedtools-manifest": 1}\n')


def test_the_bookkeeping_of_a_cleaned_folder_is_not_read(feed: Path) -> None:
    output(feed / "out")
    assert expand(["out"], pytest.fail) == ["out/a.txt"]
    (feed / "out" / "manifest.jsonl").write_text('{"text": "somebody else has a file of this name"}\n')
    assert expand(["out"], pytest.fail) == ["out/a.txt", "out/held/a.txt.jsonl", "out/manifest.jsonl"]


@pytest.mark.parametrize("path", [".", "**/*.txt", "*/a.txt"])
def test_an_output_beside_other_files_is_passed_over_and_said(feed: Path, path: str) -> None:
    output(feed / "out")
    (feed / "sub" / "a.txt").write_text("one\n")
    said: list[FeedtoolsError] = []
    found = expand([path], said.append)
    assert found
    assert not any("out/" in name for name in found)
    assert [type(notice) for notice in said] == [Notice]
    assert str(said[0]).removeprefix("./") == "out: the output of clean, passed over; name it to read it"


@pytest.mark.parametrize("path", ["archive", "archive/**/*.txt"])
def test_a_folder_of_nothing_but_outputs_is_read(feed: Path, path: str) -> None:
    output(feed / "archive" / "one")
    output(feed / "archive" / "two")
    assert expand([path], pytest.fail)[:1] == ["archive/one/a.txt"]
    assert "archive/two/a.txt" in expand([path], pytest.fail)


def test_files_of_the_working_folder_are_named_as_one_would_type_them(feed: Path) -> None:
    (feed / "-").write_text("x\n")
    (feed / "-q.txt").write_text("x\n")
    found = expand(["."], pytest.fail)
    assert "a.txt" in found
    assert "./-q.txt" in found, "a name that reads as an option keeps its folder"
    assert "-" not in found, "nor is a file mistaken for standard input"
    assert expand(["./sub"], pytest.fail)[0] == "./sub/c.txt", "what was typed stays as it was typed"


@pytest.mark.parametrize(
    ("path", "close"),
    [
        ("a.tx", "; did you mean a.txt?"),
        ("sub/c.text", "; did you mean sub/c.txt?"),
        ("subb/", "; did you mean sub?"),
        ("quite-another.md", ""),
        ("none/a.txt", ""),
    ],
)
def test_a_path_that_names_nothing_is_met_with_the_one_that_is_meant(feed: Path, path: str, close: str) -> None:
    errors: list[FeedtoolsError] = []
    assert expand([path], errors.append) == []
    assert [str(error) for error in errors] == [f"{path}: no such file or folder{close}"]


@pytest.mark.parametrize(
    ("paths", "files", "said"),
    [
        (["a.txt", "./a.txt", "sub/../a.txt"], ["a.txt"], []),
        (
            [".", "sub/c.txt"],
            ["a.txt", "b.txt", "notes.md", "sub/c.txt", "sub/d.jsonl", "sub/deep/e.txt"],
            [],
        ),
        (["a.txt", "z.txt"], ["a.txt"], ["z.txt: another name of a.txt, which is read once"]),
        (["z.txt"], ["z.txt"], []),
        (["[az].txt"], ["a.txt"], ["z.txt: another name of a.txt, which is read once"]),
    ],
    ids=str,
)
def test_a_file_under_several_names_is_read_once(
    feed: Path, paths: list[str], files: list[str], said: list[str]
) -> None:
    if any("z" in path for path in paths):
        (feed / "z.txt").symlink_to("a.txt")
    told: list[FeedtoolsError] = []
    assert expand(paths, told.append) == files
    assert [str(one) for one in told] == said


def test_a_link_to_a_folder_outside_is_said_and_one_inside_is_no_news(feed: Path) -> None:
    (feed / "sub" / "here").symlink_to("deep")
    assert "sub/deep/e.txt" in expand(["sub"], pytest.fail)
    (feed / "sub" / "there").symlink_to(feed / ".hidden")
    said: list[FeedtoolsError] = []
    assert expand(["sub"], said.append) == ["sub/c.txt", "sub/d.jsonl", "sub/deep/e.txt"]
    assert [str(one) for one in said] == ["sub/there: a link to a folder, which is not followed; name it to read it"]
    assert expand(["sub/there"], pytest.fail) == ["sub/there/f.txt"]


@pytest.mark.parametrize("path", [".", "sub", "**/*.txt", "*/*/*.txt", "sub/**", "s*/d*/e*"])
def test_a_folder_that_cannot_be_listed_is_an_error(feed: Path, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """``os.walk`` and ``glob`` pass it over without a word."""
    scandir = os.scandir

    def closed(folder: str = ".") -> object:
        if os.path.basename(os.path.normpath(os.fspath(folder))) == "deep":
            raise PermissionError(errno.EACCES, "Permission denied", folder)
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", closed)
    errors: list[FeedtoolsError] = []
    assert not any("deep" in name for name in expand([path], errors.append))
    (error,) = {str(error).removeprefix("./").replace("deep/:", "deep:") for error in errors}
    assert error == "sub/deep: the folder cannot be read: permission denied"
    assert not any(isinstance(error, Notice) for error in errors)


@pytest.mark.skipif(shutil.which("setpriv") is None and os.geteuid() == 0, reason="root may list any folder")
def test_a_closed_folder_is_exit_2_for_every_command(feed: Path) -> None:
    (feed / "sub" / "deep").chmod(0)
    mortal = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    try:
        for command in (["check"], ["dedup"], ["clean", "-o", "../out"], ["index", "add", "-i", "../i"]):
            done = subprocess.run(
                [*mortal, sys.executable, "-m", "feedtools", *command, "."],
                cwd=feed, capture_output=True, text=True, env=environment(), check=False,
            )  # fmt: skip
            assert done.returncode == 2, (command, done.stderr)
            assert "deep: the folder cannot be read: permission denied" in done.stderr, done.stderr
    finally:
        (feed / "sub" / "deep").chmod(0o700)


def texts(path: Path, errors: list[FeedtoolsError], **options: str) -> list[tuple[int, str]]:
    source = read(str(path), ReadOptions(**options), errors.append)
    return [(article.line, article.text) for article in source.articles]


@pytest.mark.parametrize("name", ["f.jsonl", "f.ndjson", "f.jsonl.gz", "f.data"])
def test_json_lines_by_name_or_content(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    data = b'{"id": 1, "body": "\xe4\xb8\x80"}\n\n{"id": 2, "body": "two\\nlines"}'
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    assert texts(path, [], text_key="body") == [(1, "一"), (3, "two\nlines")]


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (b"{", "not a JSON record"),
        (b'{"text": "a"', "Expecting ',' delimiter at character 13 of the line"),
        (b"[1]", "expected an object like"),
        (b'{"body": "x"}', 'no string under "text" (its keys: body)'),
        (b'{"text": 3}', 'no string under "text"'),
        (b"\xff", "not a JSON record"),
        (b"[" * 100_000, "not a JSON record"),
    ],
)
def test_a_bad_record_is_reported_with_its_line_and_the_rest_is_read(
    tmp_path: Path, record: bytes, message: str
) -> None:
    path = tmp_path / "f.jsonl"
    path.write_bytes(b'{"text": "one"}\n' + record + b'\n{"text": "three"}\n')
    errors: list[FeedtoolsError] = []
    assert texts(path, errors) == [(1, "one"), (3, "three")]
    assert len(errors) == 1
    assert str(errors[0]).startswith(f"{path}:2: ")
    assert message in str(errors[0])


def test_a_broken_archive_keeps_what_came_before(tmp_path: Path) -> None:
    path, chance = tmp_path / "f.jsonl.gz", random.Random(1)
    rows = b"".join(json.dumps({"text": chance.randbytes(40).hex()}).encode() + b"\n" for _ in range(2000))
    path.write_bytes(gzip.compress(rows)[:-2000])
    errors: list[FeedtoolsError] = []
    assert len(texts(path, errors)) > 100
    assert len(errors) == 1
    assert "reading stopped" in str(errors[0])


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("f.gz", b"not gzip", "not a gzipped file"),
        ("f.txt", b"\x00", "binary file"),
        ("gone.txt", None, "no such file or directory"),
    ],
)
def test_an_unreadable_file_names_itself(tmp_path: Path, name: str, data: bytes | None, message: str) -> None:
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(ReadError) as caught:
        read(str(path), ReadOptions(), pytest.fail)
    assert caught.value.path == str(path)
    assert message in caught.value.message


def test_an_unknown_format_says_which_are_known(tmp_path: Path) -> None:
    (tmp_path / "f.txt").write_text("one\n")
    with pytest.raises(ReadError, match=r"unknown input format 'yaml'; expected .*transmission"):
        read(str(tmp_path / "f.txt"), ReadOptions(input_format="yaml"), pytest.fail)


def folder(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("甲 the one\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("names", "files", "said"),
    [
        (["a.md", "b.mdx", "c.qmd", "d.jsonl", "e.ipynb"], ["a.md", "b.mdx", "c.qmd", "d.jsonl", "e.ipynb"], ""),
        (["a.txt", "b.jsonl", "c.txt.gz"], ["a.txt", "b.jsonl", "c.txt.gz"], ""),
        (["a.txt", "b.Rmd", "c/d.txt", "e.md"], ["b.Rmd", "e.md"], "a.txt and 1 more (without the header of a trans"),
        (["a.txt", "b.Rmd", "c/d.txt"], ["a.txt", "b.Rmd", "c/d.txt"], ""),  # more texts than articles: no notes
        (["a.txt", "b.html"], ["b.html"], "a.txt (without the header of a transmission)"),
        (["a.md", "robots.txt", "requirements-dev.txt"], ["a.md"], "requirements-dev.txt and 1 more (for programs)"),
        (["requirement.txt", "a.jsonl"], ["a.jsonl", "requirement.txt"], ""),
        (["README.md", "a.md", "LICENSE.txt"], ["a.md"], "LICENSE.txt and 1 more (about the repository)"),
        (["README.md"], ["README.md"], ""),
        (["a/README.md", "b/README.md", "LICENSE.md"], ["a/README.md", "b/README.md"], ""),
        (["a/README.md", "b/c.md"], ["a/README.md", "b/c.md"], ""),
        (["a/README.md", "a/c.md"], ["a/c.md"], "a/README.md (about the repository)"),
        (["README.md", "b/c.md"], ["b/c.md"], "README.md (about the repository)"),
        (["a.rst", "b.rst", "c.md", "d.png"], ["c.md"], "2 .rst (reStructuredText is not read)"),
        (["a.json", "b.xml", "c.md"], ["c.md"], "a.json and 1 more (no feeds)"),
        (["a.jsonl", "feedtools-decisions.jsonl", "feedtools-decisions-report (1).jsonl"], ["a.jsonl"], ""),
        (["a.csv", "c.md"], ["c.md"], "a.csv (without a column “text”)"),
    ],
    ids=str,
)
def test_a_folder_is_read_whole_and_what_is_passed_over_is_said(
    tmp_path: Path, names: list[str], files: list[str], said: str
) -> None:
    folder(tmp_path, *names)
    told: list[FeedtoolsError] = []
    found = expand([str(tmp_path)], told.append)
    assert [os.path.relpath(name, tmp_path) for name in found] == files
    assert all(isinstance(one, Notice) for one in told)
    assert " ".join(one.message for one in told).startswith(f"passed over: {said}" if said else "")
    assert bool(told) == bool(said)


@pytest.mark.parametrize(
    ("input_format", "files"), [("markdown", ["a.md"]), ("jsonl", ["c.jsonl"]), (None, ["a.md", "b.txt", "c.jsonl"])]
)
def test_a_format_that_is_named_is_all_that_is_read_of_a_folder(
    tmp_path: Path, input_format: str | None, files: list[str]
) -> None:
    folder(tmp_path, "a.md", "c.jsonl")
    (tmp_path / "b.txt").write_text("INCOMING TRANSMISSION\n\nLATEST UPDATES\n\n甲\n", encoding="utf-8")
    found = expand([str(tmp_path)], pytest.fail, input_format=input_format)
    assert [os.path.relpath(name, tmp_path) for name in found] == files


@pytest.mark.parametrize("lines", ["INCOMING TRANSMISSION\nLATEST UPDATES\n甲\n", "lost\nLATEST UPDATES\n甲\n"])
def test_beside_markdown_one_header_of_a_transmission_says_what_the_text_files_are(tmp_path: Path, lines: str) -> None:
    folder(tmp_path, "a.md", "b.txt")
    (tmp_path / "c.txt").write_text(lines, encoding="utf-8")
    assert [os.path.basename(name) for name in expand([str(tmp_path)], pytest.fail)] == ["a.md", "b.txt", "c.txt"]


def test_text_files_that_are_named_or_included_are_read_without_a_header(tmp_path: Path) -> None:
    folder(tmp_path, "a.md", "b.txt")
    assert expand([str(tmp_path / "b.txt")], pytest.fail) == [str(tmp_path / "b.txt")]
    found = expand([str(tmp_path)], pytest.fail, include=("b.txt",), root=str(tmp_path))
    assert [os.path.basename(name) for name in found] == ["a.md", "b.txt"]


_ON = '<!doctype html><meta http-equiv="refresh" content="0; url=/b/"><a href="/b/">Here</a>'


@pytest.mark.parametrize(
    ("name", "page", "said"),
    [
        ("p/index.html", _ON, "leading to other pages"),
        ("p/index.html", _ON + "<p>words</p>" * 500, ""),
        ("p/index.html", _ON.replace("0; url=/b/", "600"), ""),
        ("p/index.html", _ON.replace("0;", "60;"), ""),
        ("_includes/foot.html", "<p>Made by hand</p>", "templates"),
        ("templates/foot.html", "<!doctype html><html><body><p>On templates</p></body></html>", ""),
        ("foot.html", "<p>Made by hand</p>", ""),
        ("list.html", "{{- with .Title }}<h1>{{ . }}</h1>{{ end }}", "templates"),
        ("list.html", "<p>A set {{x}, {y}} of sets</p>", ""),
        ("feed.xml", "---\nlayout: none\n---\n<rss></rss>", "templates"),
        ("feed.xml", '<?xml version="1.0"?><rss><item>---\n{% for %}</item></rss>', ""),
    ],
)
def test_pages_that_lead_on_and_templates_hold_no_article(tmp_path: Path, name: str, page: str, said: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(page)
    (tmp_path / "z.md").write_text("# One\n")
    told: list[FeedtoolsError] = []
    found = [os.path.relpath(one, tmp_path) for one in expand([str(tmp_path)], told.append)]
    assert found == (["z.md"] if said else [name, "z.md"])
    assert [one.message for one in told] == (
        [f"passed over: {name} ({said}); name files to read them, or see include"] if said else []
    )


def tree(root: Path, *names: str) -> list[str]:
    (root / "a.txt").write_text(f"{HEADER}甲\n", encoding="utf-8")
    folder(root, "node_modules/x/b.md", "env/pyvenv.cfg", "env/lib/c.txt", ".notes/d.md", ".notes/e.md", *names)
    return [os.path.relpath(name, root) for name in expanded([str(root)], lambda _: None, ReadOptions())]


def test_what_programs_filled_is_passed_over_and_said(tmp_path: Path) -> None:
    assert tree(tmp_path, "sub/site-packages/f.txt", "sub/__pycache__/g.txt", "node_modules.txt", "venv/h.txt") == [
        "a.txt", "node_modules.txt", "venv/h.txt",
    ]  # fmt: skip
    told: list[FeedtoolsError] = []
    expand([str(tmp_path)], told.append)
    assert [type(one) for one in told] == [Notice]
    assert told[0].message.startswith("passed over: env and 3 more (installed for programs)")


@pytest.mark.parametrize("path", ["node_modules", "env", "node_modules/x/b.md", "node_modules/*/*.md", "*/*/b.md"])
def test_an_installed_folder_is_read_where_it_is_named(tmp_path: Path, path: str) -> None:
    tree(tmp_path)
    told: list[FeedtoolsError] = []
    found = expand([str(tmp_path / path)], told.append)
    assert (len(found), [one.path for one in told if isinstance(one, Notice)]) == (
        (0, [str(tmp_path / "node_modules")]) if path.startswith("*") else (1, [])
    )


@pytest.mark.parametrize(
    ("include", "found"),
    [
        ("node_modules", ["a.txt", "node_modules/x/b.md"]),
        ("*/x/*.md", ["a.txt"]),
        ("node_modules/*.md", ["a.txt", "node_modules/x/b.md"]),
        ("node_modules/y/*.md", ["a.txt"]),
        ("env/lib", ["a.txt", "env/lib/c.txt"]),
        (".notes/d.md", [".notes/d.md", "a.txt"]),
        (".notes", [".notes/d.md", ".notes/e.md", "a.txt"]),
        ("*.md", ["a.txt"]),
        ("*", ["a.txt"]),
    ],
)
def test_hidden_and_installed_files_are_brought_back_by_name(tmp_path: Path, include: str, found: list[str]) -> None:
    tree(tmp_path)
    names = expand([str(tmp_path)], lambda _: None, include=(include,), root=str(tmp_path))
    assert [os.path.relpath(name, tmp_path) for name in names] == found


def test_files_whose_content_is_that_of_a_format_are_taken(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"version": "https://jsonfeed.org/version/1.1", "items": []}')
    (tmp_path / "b.xml").write_text("<?xml version='1.0'?><rss></rss>")
    (tmp_path / "c.csv").write_text("id,text\n1,甲\n", encoding="utf-8")
    (tmp_path / "d.html").write_text("<html><p>甲</p></html>", encoding="utf-8")
    (tmp_path / "e.html").write_text("{% extends 'd.html' %}")
    told: list[FeedtoolsError] = []
    names = [os.path.basename(name) for name in expand([str(tmp_path)], told.append)]
    assert names == ["a.json", "b.xml", "c.csv", "d.html"]
    assert "e.html (templates)" in told[0].message


@pytest.mark.parametrize(
    ("page", "read"),
    [
        ("<html><head><title>{{ page.title }}</title></head><body>x</body></html>", False),
        ("---\nlayout: post\n---\n<p>x</p>", False),
        ("{% extends 'base.html' %}<p>x</p>", False),
        ("<ul>{%- for post in site.posts %}<li>{{ post.title }}</li>{% endfor %}</ul>", False),
        ("<html><body><p>\\(x^{{2}}\\) and \\({{a}}_{%\ni}\\)</p></body></html>", True),
        ("<p>\\({{page}^2}\\) is a formula</p>", True),
        ("<html><head></head><body><pre>{% for post in site %}</pre><p>How templates work.</p></body></html>", True),
    ],
)
def test_a_template_is_told_from_a_page_about_formulas(tmp_path: Path, page: str, read: bool) -> None:
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    (tmp_path / "b.html").write_text("<p>Another page.</p>", encoding="utf-8")
    told: list[FeedtoolsError] = []
    names = [os.path.basename(name) for name in expand([str(tmp_path)], told.append)]
    assert names == (["a.html", "b.html"] if read else ["b.html"])
    assert bool(told) != read


def test_a_folder_without_articles_says_what_it_holds(tmp_path: Path) -> None:
    folder(tmp_path, "a.rst", "robots.txt")
    told: list[FeedtoolsError] = []
    assert expand([str(tmp_path)], told.append) == []
    assert not isinstance(told[0], Notice)
    assert "reStructuredText" in told[0].message
    assert "robots.txt (for programs)" in told[0].message


@pytest.mark.parametrize("exclude", [["drafts"], ["drafts/"], ["drafts/*"], ["./drafts"], ["drafts\\*"], ["d*/b.md"]])
def test_what_is_excluded_is_not_read_unless_it_is_named(feed: Path, exclude: list[str]) -> None:
    folder(feed / "f", "a.md", "drafts/b.md")
    options = {"exclude": tuple(exclude), "root": str(feed / "f")}
    assert expand(["f"], pytest.fail, **options) == ["f/a.md"]
    assert expand(["f/**/*.md"], pytest.fail, **options) == ["f/a.md"]
    assert expand(["f/drafts/b.md"], pytest.fail, **options) == ["f/drafts/b.md"]


@pytest.mark.parametrize(
    ("exclude", "left"),
    [
        ("drafts", ["f/a.md"]),
        ("b.m?", ["f/a.md"]),
        ("./drafts", ["f/a.md", "f/x/drafts/b.md"]),
        ("x/drafts", ["f/a.md"]),
        ("draft", ["f/a.md", "f/x/drafts/b.md"]),
    ],
)
def test_a_name_is_excluded_wherever_it_is_and_a_path_where_it_says(feed: Path, exclude: str, left: list[str]) -> None:
    folder(feed / "f", "a.md", "x/drafts/b.md")
    assert expand(["f"], pytest.fail, exclude=(exclude,), root=str(feed / "f")) == left


def test_what_is_included_is_read_though_its_name_is_against_it(feed: Path) -> None:
    folder(feed / "f", "a.md", "README.md", "x/robots.txt", "y.text")
    options = {"include": ("README.md", "x/*", "*.text"), "root": str(feed / "f")}
    assert expand(["f"], pytest.fail, **options) == ["f/README.md", "f/a.md", "f/x/robots.txt", "f/y.text"]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.rst", b"x", "reStructuredText is not read; convert it to Markdown"),
        ("a.md", "\ufeff甲".encode("utf-16-le"), "UTF-16; save it as UTF-8, or read it with --encoding utf-16"),
        ("a.txt", "plain text here".encode("utf-16-le"), "UTF-16; save it as UTF-8"),
        ("a.txt", b"\0\1\2\3\4\5\6\7\0", "binary file"),
        ("a.md", "甲乙丙丁".encode("gbk"), "not UTF-8"),
        ("a.ipynb", b"{}", "not a notebook of nbformat 4"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(data)
    told: list[FeedtoolsError] = []
    try:
        assert list(read(str(tmp_path / name), ReadOptions(), told.append).articles) == []
    except ReadError as error:
        told.append(error)
    assert message in str(told[0])


@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.jsonl"])
@pytest.mark.parametrize("encoding", ["gbk", "utf-16", "big5"])
def test_an_encoding_that_is_named_is_undone(tmp_path: Path, name: str, encoding: str) -> None:
    text = '{"text": "一文"}' if name == "a.jsonl" else "一文"
    (tmp_path / name).write_bytes(text.encode(encoding))
    assert [one for _, one in texts(tmp_path / name, [], encoding=encoding)] == ["一文"]
    with pytest.raises(ReadError, match="unknown encoding 'klingon'"):
        texts(tmp_path / name, [], encoding="klingon")


def test_the_markdown_cells_of_a_notebook_are_one_article(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# 甲\n", "乙\n"]},
        {"cell_type": "code", "source": "x = 1"},
        {"cell_type": "markdown", "source": "丙"},
    ]
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4}), encoding="utf-8")
    told: list[FeedtoolsError] = []
    source = read(str(tmp_path / "a.ipynb"), ReadOptions(), told.append)
    [article] = source.articles
    assert (article.text, article.syntax, article.verbatim) == ("# 甲\n乙\n\n丙", "markdown", False)
    assert next(str(one) for one in told if isinstance(one, Notice)).endswith("are read (2), other cells are not (1)")
    (tmp_path / "b.ipynb").write_text(json.dumps({"cells": [cells[0]], "nbformat": 4}), encoding="utf-8")
    heard: list[FeedtoolsError] = []
    assert [one.text for one in read(str(tmp_path / "b.ipynb"), ReadOptions(), heard.append).articles] == ["# 甲\n乙"]
    assert [str(one) for one in heard] == [f"{tmp_path / 'b.ipynb'}: a notebook: its Markdown cells are read (1)"]
