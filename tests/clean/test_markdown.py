"""Markdown through clean: files stay what they are, and all of it can be taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from feedtools.readers import ReadOptions
from feedtools.readers.markdown import holds, parse
from feedtools.readers.records import open_frame
from tests.clean.outputs import feedtools, write
from tests.cli.test_cli import Run

BODY = "# 望远镜\n\n磨镜片的人整个冬天都坐在窗边,每磨一遍就对着烛光看一次,直到看不出一丝划痕为止。\n"
FILES = {
    "plain.md": BODY,
    "front.md": "---\ntitle: 镜\ntags: [a]\n---\n\n春天来了 ,他把镜筒搬上屋顶,第一次看清了月亮的山。\n\n",
    "marked.md": "\ufeff# 夏\r\n\r\n夏夜里蚊子多 ,他点起艾草,一看就是整夜,天亮才肯下来。\r\n",
    "list.md": "    indented = code\n\n秋天风大,镜筒立不稳,他就在四角各压了一块从河滩上捡来的石头。",
    "deep/again.md": f"---\nlayout: post\n---\n{BODY}",
    "empty.md": "---\ntitle: 空\n---\n",
}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    assert Run(tmp_path, "clean", "in", "-o", "out").code == 0
    return tmp_path / "out"


def files(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_bytes().decode() for path in folder.rglob("*.md")}


def test_files_stay_markdown_and_only_what_was_fixed_changes(out: Path) -> None:
    kept = {name: text.replace(" ,", ",") for name, text in FILES.items() if name != "plain.md"}
    assert files(out) == kept


def test_a_file_whose_article_goes_leaves_no_page_behind(out: Path) -> None:
    ends = [json.loads(line) for line in (out / "manifest.jsonl").read_bytes().splitlines() if b'"end"' in line[:8]]
    [end] = [end for end in ends if end["end"] == "plain.md"]
    assert end["digest"] == ""
    assert list(end["put by"]) == ["held/originals/plain.md.original"]


def test_all_of_it_is_taken_back(out: Path, tmp_path: Path) -> None:
    assert Run(tmp_path, "clean", "--undo", "out", "-o", "back").code == 0
    assert files(tmp_path / "back") == FILES


def test_a_second_run_over_the_output_changes_nothing(out: Path, tmp_path: Path) -> None:
    assert Run(tmp_path, "clean", "out", "-o", "next").code == 0
    assert files(tmp_path / "next") == files(out)


def test_a_page_that_was_put_by_and_then_lost_is_named(out: Path, tmp_path: Path) -> None:
    for put_by in (out / "held" / "originals").rglob("*.original"):
        put_by.unlink()
    run = Run(tmp_path, "clean", "--undo", "out", "-o", "back")
    assert run.code == 2
    assert "missing" in run.err


def test_code_that_is_restored_stands_in_fences_that_no_rule_minds(tmp_path: Path) -> None:
    code = "```python\nx = [1, 2]\nprint(x)\n```"
    lead, trail = "他把观测的结果记在一张表里,每天晚上运行一遍下面的脚本:", "运行之后得到的曲线与前人的记录一致。"
    (tmp_path / "in").mkdir()
    (tmp_path / "src").mkdir()
    (tmp_path / "in" / "a.md").write_text(f"{lead}\n\n[代码]\n\n{trail}\n", encoding="utf-8")
    (tmp_path / "src" / "a.md").write_text(f"{lead}\n\n{code}\n\n{code}\n\n{trail}\n", encoding="utf-8")
    assert Run(tmp_path, "clean", "in", "-o", "out", "--sources", "src").code == 0
    plain = code.replace("python", "")
    assert (tmp_path / "out" / "a.md").read_text(encoding="utf-8") == f"{lead}\n\n{plain}\n\n{plain}\n\n{trail}\n"
    assert "FT507" not in (tmp_path / "out" / "manifest.jsonl").read_text(encoding="utf-8").split("\n", 1)[1]


@pytest.mark.parametrize("name", FILES)
def test_the_parts_of_a_file_are_the_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / Path(name).name
    path.write_bytes(FILES[name].encode())
    frame = open_frame(str(path), ReadOptions())
    assert frame.lead + b"".join(one.raw + one.gap for one in frame.records) == FILES[name].encode()
    document = parse(FILES[name].encode(), name)
    assert document.lead + document.text + document.tail == FILES[name]


@pytest.mark.parametrize(
    ("text", "can"),
    [
        ("# 甲\n\n乙", True),
        ("甲 ", False),
        ("甲\n\x00", False),
        ("", False),
        ("甲\udcff", False),
        ("---\na: b\n---\n\n乙", False),
    ],
)
def test_what_a_file_can_hold(text: str, can: bool) -> None:
    assert holds(text) is can


SAID = "".join(chr(0x4E00 + 37 * number % 9000) for number in range(500))


@pytest.mark.parametrize(("keep", "kept"), [("newest", "b"), ("oldest", "c")])
def test_the_date_in_the_front_matter_decides_between_versions(tmp_path: Path, keep: str, kept: str) -> None:
    for name, date, said in (
        ("b", "2026-03-03", "炭得再少些。"),
        ("c", "2026-03-01", "柴要压住些。"),
    ):
        write(tmp_path, **{f"posts__{name}_md": f"---\nwhen: {date}\n---\n{SAID[:250]}{said}{SAID[250:]}。\n"})
    write(tmp_path, feedtools_toml=f'[clean]\nkeep = "{keep}"\ndate-key = "when"\n')
    assert feedtools(tmp_path, "clean", "posts", "-o", "out").returncode == 0
    assert [path.stem for path in (tmp_path / "out").glob("*.md")] == [kept]
