"""A batch run loses nothing: its account adds up, it can be undone, and cleaning what is clean changes nothing."""

from __future__ import annotations

import gzip
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedtools.check.files import check
from feedtools.clean import manifest
from feedtools.clean.context import Sources
from feedtools.clean.run import clean
from feedtools.clean.undo import undo
from feedtools.config import Config, Keep, Policy, policy
from feedtools.errors import FeedtoolsError
from tests.places import FEED, SHARED

SAMPLE = FEED
CONFIG = Config(jobs=1)
HEADER = b"INCOMING TRANSMISSION\n\nLATEST UPDATES\n"
LONG = "梯度下降每一步都沿着负梯度方向走一小步,步长由学习率决定,学习率太大会发散,太小则收敛得很慢。"
OTHER = "注意力机制把查询与所有键逐一比较,再用归一化后的权重把值加起来,因此每个位置都能看到整段输入。"


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def entries(out: Path) -> list[dict[str, Any]]:
    return [entry for entry in manifest.read(out / "manifest.jsonl") if "action" in entry]


def feed(folder: Path, **files: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name.replace("_", ".")).write_bytes(data)
    return folder


def lines(*texts: str) -> bytes:
    return HEADER + "".join(f"{text}\n" for text in texts).encode()


def published(out: Path) -> dict[str, bytes]:
    return {name: data for name, data in tree(out).items() if not name.startswith(("held/", "manifest", "report"))}


def test_the_sample_feed_is_cleaned_and_given_back(tmp_path: Path) -> None:
    cleaned = clean([str(SAMPLE)], tmp_path / "out", CONFIG)
    counts = cleaned.counts
    assert cleaned.errors == []
    assert (counts.files, counts.articles) == (5, 60)
    assert counts.kept + counts.dropped + counts.held == 60
    assert 15 < counts.dropped < 25, "about a third of the real feed is repeated"
    assert 35 <= counts.kept <= 42
    assert 0 < counts.held < 6
    assert 0.3 < (counts.fixed + counts.restored + counts.held) / (counts.kept + counts.held) < 0.5
    for entry in entries(tmp_path / "out"):
        if entry["action"] == "drop":
            assert entry["of"]["path"] in tree(SAMPLE), "a dropped article names the copy that stands for it"
            assert entry["reasons"][0].startswith("FT90")
    assert undo(tmp_path / "out", tmp_path / "back") == (5, [])
    assert tree(tmp_path / "back") == tree(SAMPLE)


def test_cleaning_the_output_changes_nothing(tmp_path: Path) -> None:
    clean([str(SAMPLE)], tmp_path / "one", CONFIG)
    again = clean([str(tmp_path / "one")], tmp_path / "two", CONFIG)
    assert again.counts.kept == again.counts.articles > 0
    assert published(tmp_path / "two") == published(tmp_path / "one")


# Bytes that try the frames: invalid UTF-8, BOM, CRLF, blank lines of many kinds, headers in odd places, copies.
PIECES = st.sampled_from(
    [
        *(
            text.encode()
            for text in (LONG, OTHER, LONG[:60] + "...", LONG + OTHER, "短", "设 \\(x", "值 [Math] 了", "a  b\u200b")
        ),
        *(
            b"\n",
            b"\r\n",
            b"\n\n",
            b" \n",
            b"\xc2\xa0\n",
            b"\xe3\x80\x80\n",
            b"\xef\xbb\xbf",
            b"\xff\xfe",
            b"\xe4",
            b"\xb8\xad",
        ),
        *(HEADER, b"LATEST UPDATES\n", b"INCOMING TRANSMISSION\r\n", "。。".encode(), b"\r", b"\x85", b"\t"),
    ]
)
TRANSMISSIONS = st.lists(PIECES, max_size=14).map(b"".join)
RECORDS = st.lists(
    st.one_of(
        st.builds(
            lambda text, ascii_only, extra: (
                json.dumps({"id": 1, "text": text, **extra}, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
                + b"\n"
            ),
            st.sampled_from([LONG, OTHER, "设 \\(x", "a\u200bb\u200b", "\ud800", "。。", LONG[:50]]),
            st.booleans(),
            st.sampled_from([{}, {"n": 1.50}, {"text": "later wins"}, {"中": [" \\u0041"]}]),
        ),
        st.sampled_from(
            [
                b"\n",
                b"not json\n",
                b"[1]\n",
                b"{}\r\n",
                b' { "text" :  "\\u4e2d\\/" , "id":0 }\r\n',
                b'{"text":"a","text":"b"}',
            ]
        ),
    ),
    max_size=8,
).map(b"".join)
FILES = st.fixed_dictionaries({"a/1.txt": TRANSMISSIONS, "a/2.txt": TRANSMISSIONS, "b.jsonl": RECORDS})


def write_tree(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


@settings(max_examples=20)
@given(FILES)
def test_any_input_is_accounted_for_given_back_and_stays_clean(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        write_tree(root / "in", files)
        counts = clean([str(root / "in")], root / "out", CONFIG).counts
        rows = entries(root / "out")
        actions = [entry["action"] for entry in rows]
        assert counts.articles == len(rows) == counts.kept + counts.dropped + counts.held
        assert counts.dropped == actions.count("drop")
        assert (
            counts.held
            == actions.count("hold")
            == sum(data.count(b"\n") for path, data in tree(root / "out").items() if path.startswith("held/"))
        )
        count, errors = undo(root / "out", root / "back")
        assert (count, errors) == (3, [])
        assert tree(root / "back") == files
        again = clean([str(root / "out")], root / "again", CONFIG).counts
        assert published(root / "again") == published(root / "out")
        assert (again.dropped, again.held, again.fixed) == (0, 0, 0)


@settings(max_examples=15, deadline=None)
@given(FILES, st.permutations(["a/1.txt", "a/2.txt", "b.jsonl"]))
def test_the_order_of_inputs_plays_no_role(files: dict[str, bytes], order: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        write_tree(root / "in", files)
        clean([str(root / "in")], root / "one", CONFIG)
        clean([str(root / "in" / path) for path in order], root / "two", CONFIG)
        assert tree(root / "one") == tree(root / "two")


TRANSMISSION = lines(LONG, "设 \\(x 为输入", f"{OTHER}。", LONG)


def one(folder: Path, **options: Any) -> dict[int, dict[str, Any]]:
    """The manifest of a feed of one transmission, by line."""
    feed(folder / "in", a_txt=TRANSMISSION)
    clean([str(folder / "in")], folder / "out", CONFIG._replace(clean=policy(options)))
    return {entry["line"]: entry for entry in entries(folder / "out")}


def test_every_entry_says_what_was_done_and_why(tmp_path: Path) -> None:
    rows = one(tmp_path)
    assert [rows[line]["action"] for line in (4, 5, 6, 7)] == ["keep", "hold", "fix", "drop"]
    assert rows[5]["reasons"][0].startswith("FT201 unclosed-math: ")
    assert rows[5]["findings"][0]["start"] == 2
    assert rows[6]["edits"] == [
        {"start": len(OTHER) - 1, "end": len(OTHER) + 1, "old": "。。", "new": "。", "by": ["FT508"], "safety": "safe"}
    ]
    assert rows[7]["of"] == {"path": "a.txt", "line": 4}
    assert (rows[7]["kind"], rows[7]["similarity"], rows[7]["coverage"]) == ("exact", 1.0, 1.0)
    out = tree(tmp_path / "out")
    assert out["a.txt"] == lines(LONG, OTHER)
    held = json.loads(out["held/a.txt.jsonl"])
    assert (held["path"], held["line"], held["text"]) == ("a.txt", 5, "设 \\(x 为输入")
    assert held["reasons"] == rows[5]["reasons"]


def test_intact_leaves_every_byte_and_marks(tmp_path: Path) -> None:
    rows = one(tmp_path, intact=True)
    assert {entry["action"] for entry in rows.values()} == {"keep"}
    assert [rows[line].get("mark") for line in (4, 5, 6, 7)] == [None, "hold", "fix", "drop"]
    assert tree(tmp_path / "out")["a.txt"] == TRANSMISSION
    assert undo(tmp_path / "out", tmp_path / "back") == (1, [])


def test_the_policy_is_followed(tmp_path: Path) -> None:
    rows = one(tmp_path, hold="never", fix="none", kinds={"exact": "keep"})
    assert {entry["action"] for entry in rows.values()} == {"keep"}
    assert tree(tmp_path / "out")["a.txt"] == TRANSMISSION
    assert "of" in rows[7], "a copy that is left alone is still named"


def test_a_whole_copy_is_published_in_the_place_of_a_damaged_one(tmp_path: Path) -> None:
    # The longer copy cannot be repaired from the shorter one, since its damage lies behind the cut.
    damaged = f"{LONG}{OTHER}最后设 \\(x 为输入"
    feed(tmp_path / "in", a_txt=lines(damaged), b_txt=lines(LONG + OTHER))
    clean([str(tmp_path / "in")], tmp_path / "out", CONFIG)
    rows = {entry["path"]: entry for entry in entries(tmp_path / "out")}
    assert (rows["a.txt"]["action"], rows["b.txt"]["action"]) == ("hold", "keep")
    assert rows["a.txt"]["reasons"][-1] == "b.txt:4 is kept in its place"


def test_records_keep_their_other_keys_byte_for_byte(tmp_path: Path) -> None:
    raw = (
        '{"id":1,  "text" : "' + OTHER + '。", "n": 1.50, "中": "\\u0041"}\r\n'
        '{"text": "' + json.dumps(LONG + "。")[1:-1] + '", "tags": []}'
    ).encode()
    feed(tmp_path / "in", a_jsonl=raw)
    clean([str(tmp_path / "in")], tmp_path / "out", CONFIG)
    expected = raw.decode().replace("。。", "。").replace("\\u3002\\u3002", "\\u3002")
    assert (tmp_path / "out" / "a.jsonl").read_bytes() == expected.encode()


def test_lines_that_are_no_records_stay_where_they_are(tmp_path: Path) -> None:
    record = json.dumps({"text": LONG}).encode() + b"\n"
    raw = b"broken 1\n" + record + b"\n" + record + b"broken 2\n" + record
    feed(tmp_path / "in", a_jsonl=raw)
    cleaned = clean([str(tmp_path / "in")], tmp_path / "out", CONFIG)
    assert [error.line for error in cleaned.errors] == [1, 5]
    assert (tmp_path / "out" / "a.jsonl").read_bytes() == b"broken 1\n" + record + b"\n" + b"broken 2\n"
    undo(tmp_path / "out", tmp_path / "back")
    assert (tmp_path / "back" / "a.jsonl").read_bytes() == raw


def test_the_byte_order_mark_stays_where_the_first_record_goes(tmp_path: Path) -> None:
    mark, copy, other = b"\xef\xbb\xbf", json.dumps({"text": LONG[:60]}).encode(), json.dumps({"text": LONG}).encode()
    feed(tmp_path / "in", a_jsonl=mark + copy + b"\n" + other + b"\n")
    cleaned = clean([str(tmp_path / "in")], tmp_path / "out", CONFIG)
    assert cleaned.errors == []
    assert (tmp_path / "out" / "a.jsonl").read_bytes() == mark + other + b"\n"
    undo(tmp_path / "out", tmp_path / "back")
    assert (tmp_path / "back" / "a.jsonl").read_bytes() == mark + copy + b"\n" + other + b"\n"


def test_other_keys_hold_the_text_where_the_configuration_says_so(tmp_path: Path) -> None:
    raw = json.dumps({"body": f"{OTHER}。", "text": "not this。。"}, ensure_ascii=False).encode()
    feed(tmp_path / "in", a_jsonl=raw)
    clean([str(tmp_path / "in")], tmp_path / "out", CONFIG._replace(text_key="body"))
    assert json.loads((tmp_path / "out" / "a.jsonl").read_bytes()) == {"body": OTHER, "text": "not this。。"}
    undo(tmp_path / "out", tmp_path / "back")
    assert (tmp_path / "back" / "a.jsonl").read_bytes() == raw


@pytest.mark.parametrize("text", [f"{OTHER}。", OTHER])
def test_packed_files_come_out_packed_and_are_given_back(tmp_path: Path, text: str) -> None:
    raw = gzip.compress(lines(text), compresslevel=1)
    feed(tmp_path / "in", **{"a.txt_gz": raw})
    clean([str(tmp_path / "in")], tmp_path / "out", CONFIG)
    assert gzip.decompress((tmp_path / "out" / "a.txt.gz").read_bytes()) == lines(OTHER)
    assert ((tmp_path / "out" / "a.txt.gz").read_bytes() == raw) is (text == OTHER)
    assert undo(tmp_path / "out", tmp_path / "back") == (1, [])
    assert (tmp_path / "back" / "a.txt.gz").read_bytes() == raw


def test_a_format_that_cannot_be_written_comes_out_as_records(tmp_path: Path) -> None:
    raw = f'id,text\n1,"{OTHER}。"\n2,"{LONG}"\n3,"{LONG}"\n'.encode()
    feed(tmp_path / "in", a_csv=raw)
    counts = clean([str(tmp_path / "in" / "a.csv")], tmp_path / "out", CONFIG).counts
    assert (counts.kept, counts.dropped) == (2, 1)
    records = [json.loads(line) for line in (tmp_path / "out" / "a.csv.jsonl").read_bytes().splitlines()]
    assert [record["text"] for record in records] == [OTHER, LONG]
    assert undo(tmp_path / "out", tmp_path / "back") == (1, [])
    assert tree(tmp_path / "back") == {"a.csv": raw}
    again = clean([str(tmp_path / "out")], tmp_path / "again", CONFIG)
    assert published(tmp_path / "again") == published(tmp_path / "out")
    assert again.counts.kept == 2


def test_what_was_published_before_stands_for_its_copies(tmp_path: Path) -> None:
    from feedtools.dedup.index.updates import IndexWriter as Index
    from feedtools.model import Article

    with Index(tmp_path / "index.sqlite", create=True) as index:
        index.add([Article("old/2020.txt", 8, LONG + OTHER)])
    feed(tmp_path / "in", a_txt=lines(LONG + OTHER, OTHER[::-1]))
    clean([str(tmp_path / "in")], tmp_path / "out", CONFIG, Sources(published=str(tmp_path / "index.sqlite")))
    rows = entries(tmp_path / "out")
    assert [entry["action"] for entry in rows] == ["drop", "keep"]
    assert rows[0]["of"] == {"path": "old/2020.txt", "line": 8}


def test_what_was_lost_is_restored_and_names_its_source(tmp_path: Path) -> None:
    start, end = f"{LONG}于是得到 ", f" 这一结果。{OTHER}"
    feed(tmp_path / "in", a_txt=lines(f"{start}[Math]{end}"))
    feed(tmp_path / "originals", b_md=f"{start}\\(w-\\eta g\\){end}".encode())
    sources = Sources(originals=str(tmp_path / "originals"))
    counts = clean([str(tmp_path / "in")], tmp_path / "out", CONFIG, sources).counts
    assert (counts.kept, counts.restored) == (1, 1)
    [entry] = entries(tmp_path / "out")
    assert entry["action"] == "restore"
    [edit] = entry["edits"]
    assert (edit["old"], edit["new"]) == ("[Math]", "\\(w-\\eta g\\)")
    assert edit["by"][0].startswith("restored placeholder from ")
    assert entry["repairs"][0]["source"]["path"].endswith("b.md")
    assert (tmp_path / "out" / "a.txt").read_bytes() == lines(f"{start}\\(w-\\eta g\\){end}")
    assert undo(tmp_path / "out", tmp_path / "back") == (1, [])
    assert tree(tmp_path / "back") == tree(tmp_path / "in")
    assert (
        clean(
            [str(tmp_path / "in")], tmp_path / "none", CONFIG._replace(clean=policy({"restore": False})), sources
        ).counts.restored
        == 0
    )


def test_a_changed_output_is_not_undone(tmp_path: Path) -> None:
    one(tmp_path)
    with open(tmp_path / "out" / "a.txt", "ab") as stream:
        stream.write(b"more\n")
    count, errors = undo(tmp_path / "out", tmp_path / "back")
    assert count == 0
    assert "was changed since it was written" in str(errors[0])
    (tmp_path / "out" / "a.txt").unlink()
    assert "this file is missing" in str(undo(tmp_path / "out", tmp_path / "back2")[1][0])


@pytest.mark.parametrize("name", ["../escaped.txt", "/escaped.txt", "a/../../escaped.txt", ""])
def test_a_manifest_cannot_lead_out_of_the_folder(tmp_path: Path, name: str) -> None:
    one(tmp_path)
    place = tmp_path / "out" / "manifest.jsonl"
    place.write_text(place.read_text().replace('"file": "a.txt"', f'"file": "{name}"'))
    with pytest.raises(FeedtoolsError, match="not inside the folder"):
        undo(tmp_path / "out", tmp_path / "deep" / "back")
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "deep") == ["in", "out"]
    assert not (tmp_path / "deep" / "back").exists()


@pytest.mark.parametrize("now", [None, LONG[:-1] + "!", LONG + OTHER], ids=["gone", "altered", "longer"])
def test_a_file_that_changes_during_the_run_is_left_out_and_reported(tmp_path: Path, now: str | None) -> None:
    feed(tmp_path / "in", a_txt=lines(LONG), b_txt=lines(OTHER))

    def meddle(phase: str, _total: int, _unit: str) -> Any:
        if phase == "writing":
            (tmp_path / "in" / "a.txt").unlink(missing_ok=True)
            if now is not None:
                feed(tmp_path / "in", a_txt=lines(now))
        return lambda _: None

    cleaned = clean(
        [str(tmp_path / "in" / "a.txt"), str(tmp_path / "in" / "b.txt")], tmp_path / "out", CONFIG, progress=meddle
    )
    assert published(tmp_path / "out") == {"b.txt": lines(OTHER)}
    assert cleaned.counts.articles == 1
    assert any("a.txt" in str(error) for error in cleaned.errors)


def test_names_in_the_output(tmp_path: Path) -> None:
    feed(tmp_path / "x" / "sub", a_txt=lines(LONG))
    feed(tmp_path / "y", a_txt=lines(OTHER))
    clean([str(tmp_path / "x"), str(tmp_path / "y"), str(tmp_path / "y" / "." / "a.txt")], tmp_path / "out", CONFIG)
    assert set(published(tmp_path / "out")) == {"x/sub/a.txt", "y/a.txt"}
    clean([str(tmp_path / "x")], tmp_path / "out", CONFIG)
    assert set(published(tmp_path / "out")) == {"sub/a.txt"}
    feed(tmp_path / "x" / "held", a_txt=lines(LONG))
    assert "the output itself uses" in str(clean([str(tmp_path / "x")], tmp_path / "out", CONFIG).errors[0])


def test_the_report_shows_the_run(tmp_path: Path) -> None:
    one(tmp_path)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "FT201" in page
    assert "a.txt" in page
    assert page.rstrip().endswith("</html>")


@pytest.mark.parametrize("name", ["transmissions", "lint/transmissions"])
def test_real_transmissions_are_given_back_and_stay_clean(tmp_path: Path, name: str) -> None:
    folder = SHARED / "data" / name
    if not folder.is_dir():
        pytest.skip("the labelled data are not here")
    files = {path.name: path.read_bytes() for path in sorted(folder.glob("*.txt"))[:12]}
    write_tree(tmp_path / "in", files)
    counts = clean([str(tmp_path / "in")], tmp_path / "out", CONFIG).counts
    assert counts.articles == counts.kept + counts.dropped + counts.held > 30
    undo(tmp_path / "out", tmp_path / "back")
    assert tree(tmp_path / "back") == files
    again = clean([str(tmp_path / "out")], tmp_path / "again", CONFIG).counts
    assert published(tmp_path / "again") == published(tmp_path / "out")
    assert again.kept == again.articles == counts.kept


def test_the_index_does_not_make_an_output_the_copy_of_its_input(tmp_path: Path) -> None:
    memory = Sources(published=str(tmp_path / "index.sqlite"))
    first = clean([str(SAMPLE)], tmp_path / "one", CONFIG, memory).counts
    again = clean([str(tmp_path / "one")], tmp_path / "two", CONFIG, memory).counts
    assert again.kept == again.articles == first.kept
    assert published(tmp_path / "two") == published(tmp_path / "one")
    assert clean([str(SAMPLE)], tmp_path / "three", CONFIG, memory).counts == first


def test_a_finding_about_the_file_holds_no_article(tmp_path: Path) -> None:
    """A missing header is found at the first article; were that held, the next run would hold the second one."""
    path = tmp_path / "in.txt"
    path.write_text("这一份没有开头的两行,第一篇就这么开始了。\n第二篇讲的是码头上的吊车。\n", encoding="utf-8")
    config = CONFIG._replace(clean=Policy(hold="warning"))
    cleaned = clean([str(path)], tmp_path / "out", config)
    assert (cleaned.counts.held, cleaned.counts.kept) == (0, 2)
    assert '"rule": "FT601"' in (tmp_path / "out" / "manifest.jsonl").read_text(encoding="utf-8")
    damaged = tmp_path / "damaged.txt"
    damaged.write_text("这一份没有开头的两行,第一篇丢了 [Math] 的一句。\n第二篇没有事。\n", encoding="utf-8")
    assert clean([str(damaged)], tmp_path / "out2", config).counts.held == 1


def test_held_articles_and_files_that_are_put_by_never_share_a_name(tmp_path: Path) -> None:
    folder, text = tmp_path / "in", "这一篇丢了 [Math] 的一句 ,别的都在。"
    records = f'{{"text": "{text}"}}\n'
    for name in ("originals/a.txt", "originals/b.txt", "c.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(HEADER.decode() + text + "\n", encoding="utf-8")
    for name in ("a.txt.jsonl", "b.txt.jsonl", "c.txt.jsonl.original"):
        (folder / name).write_bytes(gzip.compress((records * 2).encode()))
    clean([str(folder), str(folder / "c.txt.jsonl.original")], tmp_path / "out", CONFIG)
    count, errors = undo(tmp_path / "out", tmp_path / "back")
    assert errors == []
    assert tree(tmp_path / "back") == tree(folder)
    assert count == 6


@pytest.mark.parametrize("length", [240, 250, 255])
def test_a_name_as_long_as_names_may_be(tmp_path: Path, length: int) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    names = [letter * (length - 4) + ".txt" for letter in "ab"] + ["长" * ((length - 4) // 3) + ".txt"]
    for name in names:
        (folder / name).write_text(HEADER.decode() + "这一篇丢了 [Math] 的一句,别的都在。\n", encoding="utf-8")
    page = folder / ("c" * (length - 3) + ".md")
    page.write_text("# 一页\n\n讲的是码头上的吊车和它的影子。\n", encoding="utf-8")
    cleaned = clean([str(folder), str(page)], tmp_path / "out", CONFIG._replace(select=("FT1",)))
    assert (cleaned.errors, cleaned.counts.held) == ([], len(names))
    assert undo(tmp_path / "out", tmp_path / "back") == (len(names) + 1, [])
    assert tree(tmp_path / "back") == tree(folder)


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_a_manifest_that_is_cut_is_said(tmp_path: Path, kept: int) -> None:
    """Cut behind a file's last line it looks whole: its first line tells how many there were."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_text(
            f"{HEADER.decode()}第{number}篇讲的是{number}号码头的吊车。\n", encoding="utf-8"
        )
    clean([str(folder)], tmp_path / "out", CONFIG)
    place = tmp_path / "out" / "manifest.jsonl"
    lines = place.read_bytes().splitlines(keepends=True)
    ends = [0, *(number for number, line in enumerate(lines) if line.startswith(b'{"end"'))]
    place.write_bytes(b"".join(lines[: ends[kept] + 1]))
    count, errors = undo(tmp_path / "out", tmp_path / "back")
    assert count == kept
    assert [error.message for error in errors] == [
        f"cut off: it tells of {kept} of 3 files; what it tells of was given back"
    ]


def test_an_input_whose_held_articles_would_go_where_another_has_a_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for name in ("a.txt", "a.txt.jsonl/b.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{HEADER.decode()}{name} 这一篇丢了 [Math] 的一句。\n", encoding="utf-8")
    cleaned = clean([str(folder)], tmp_path / "out", CONFIG)
    assert [error.message for error in cleaned.errors] == [
        "a.txt.jsonl, where its articles may go, is a folder of the input"
    ]
    assert cleaned.counts.files == 1


@pytest.mark.parametrize(
    ("other", "identity", "published"),
    [("一名船闸工人受了伤", "w7", 1), ("一名船闸工人受了伤", "w8", None), ("没有人受伤", "w7", 0)],
)
def test_a_correction_of_what_was_published_is_published(
    tmp_path: Path, other: str, identity: str, published: int | None
) -> None:
    """The same id and another text is a later version; under another id it is what the two texts make of it."""
    from feedtools.dedup.index.sqlite import Index

    text = "堰上的闸门中午打开了,下面有两条驳船在等,{},纤道到星期天晚上为止不通,要等修好以后才放行,绕路的人请走东岸。"
    for name, said, own in (("one", "没有人受伤", "w7"), ("two", other, identity)):
        record = json.dumps({"id": own, "text": text.format(said)}, ensure_ascii=False)
        feed(tmp_path / name, **{f"{name}_jsonl": f"{record}\n".encode()})
    memory = Sources(published=str(tmp_path / "i.sqlite"))
    config = CONFIG._replace(root=tmp_path)
    clean([str(tmp_path / "one")], tmp_path / "out1", config, memory)
    kept = clean([str(tmp_path / "two")], tmp_path / "out2", config, memory).counts.kept
    if published is not None:
        assert kept == published
    with Index(tmp_path / "i.sqlite", readonly=True) as index:
        marked = [one.superseded for one in index.documents(range(1, 9))]
    assert marked == ([True, False] if published else [False] * len(marked))


_LOCK = "堰上的闸门中午打开了,下面有两条驳船在等,{},纤道到星期天晚上为止不通,要等修好以后才放行,绕路的人请走东岸。"


def _records(place: Path, *rows: tuple[str, str, str]) -> None:
    place.write_text(
        "".join(
            json.dumps({"id": own, "when": when, "text": _LOCK.format(said)}, ensure_ascii=False) + "\n"
            for own, when, said in rows
        ),
        encoding="utf-8",
    )


@pytest.mark.parametrize(("keep", "line"), [("newest", 2), ("oldest", 3), ("first-published", 1)])
def test_of_the_versions_in_one_run_the_policy_publishes_one(tmp_path: Path, keep: Keep, line: int) -> None:
    _records(
        tmp_path / "a.jsonl",
        ("w7", "2026-03-02", "没有人受伤"),
        ("w7", "2026-03-03", "一名船闸工人受了伤"),
        ("w7", "2026-03-01", "还没有别的消息"),
    )
    config = CONFIG._replace(root=tmp_path, date_key="when", clean=Policy(keep=keep))
    cleaned = clean([str(tmp_path / "a.jsonl")], tmp_path / "out", config)
    rows = [row for row in manifest.read(tmp_path / "out" / "manifest.jsonl") if "action" in row]
    assert [row["line"] for row in rows if row["action"] == "keep"] == [line]
    assert all(row["of"]["line"] == line for row in rows if row["action"] == "drop")
    assert cleaned.counts.kept == 1


@pytest.mark.parametrize(("keep", "drops", "share"), [("most-complete", 1, 1.0), ("oldest", 2, 0.8)])
def test_coverage_is_that_of_the_article_that_goes(tmp_path: Path, keep: Keep, drops: int, share: float) -> None:
    text = "春天播种以前先看天色,连着三天没有霜冻才动土,动了土还要晒两天再撒种子。下雨天收衣服要快,收进来先抖一抖"
    end = "再挂到通风的地方,等它干透了才折起来放进柜子,柜子里放一包石灰去潮。"
    said = ("", "火引去拿纸报旧的新次一换再年隔纸报垫子底")  # the longer one has these for itself
    lines = (
        json.dumps({"id": f"w{number}", "when": f"2026-03-0{number}", "text": f"{text}{own}{end}"})
        for number, own in enumerate(said, 1)
    )
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    config = CONFIG._replace(root=tmp_path, date_key="when", clean=Policy(keep=keep))
    clean([str(tmp_path / "a.jsonl")], tmp_path / "out", config)
    [row] = [row for row in manifest.read(tmp_path / "out" / "manifest.jsonl") if row.get("action") == "drop"]
    assert (row["line"], row["kind"], round(row["coverage"], 1)) == (drops, "near", share)


@pytest.mark.parametrize(("length", "action"), [(29, "drop"), (30, "hold")])
def test_what_a_stale_version_says_alone_is_held(tmp_path: Path, length: int, action: str) -> None:
    said = "".join(chr(0x4E00 + 7 * number) for number in range(length))
    _records(tmp_path / "a.jsonl", ("w7", "2026-03-01", said), ("w7", "2026-03-02", "没有人受伤"))
    config = CONFIG._replace(root=tmp_path, date_key="when", clean=Policy(keep="newest"))
    clean([str(tmp_path / "a.jsonl")], tmp_path / "out", config)
    rows = [row for row in manifest.read(tmp_path / "out" / "manifest.jsonl") if "action" in row]
    assert [row["action"] for row in rows] == [action, "keep"]


@pytest.mark.parametrize(
    ("said", "actions"),
    [
        ("有人受了伤", ("keep", "drop")),
        ("三人受了伤", ("keep", "drop")),  # other figures: neither goes for the other, but for the policy
        ("".join(chr(0x4E00 + 7 * number) for number in range(30)), ("keep", "hold")),
    ],
)
def test_what_was_published_stays_where_the_policy_says_so(tmp_path: Path, said: str, actions: tuple[str, str]) -> None:
    _records(tmp_path / "a.jsonl", ("w7", "2026-03-01", "两人受伤"))
    _records(tmp_path / "b.jsonl", ("w7", "2026-03-02", said))
    for keep, action in zip(("newest", "first-published"), actions, strict=True):
        memory = Sources(published=str(tmp_path / f"{keep}.sqlite"))
        config = CONFIG._replace(root=tmp_path, date_key="when", clean=policy({"keep": keep}))
        clean([str(tmp_path / "a.jsonl")], tmp_path / "out1", config, memory)
        checked = check([str(tmp_path / "b.jsonl")], config._replace(history=(f"{keep}.sqlite",), select=("FT9",)))
        assert [finding.rule for finding in checked.findings] == ([] if action == "keep" else ["FT902"])
        clean([str(tmp_path / "b.jsonl")], tmp_path / "out2", config, memory)
        rows = [row for row in manifest.read(tmp_path / "out2" / "manifest.jsonl") if "action" in row]
        assert [row["action"] for row in rows] == [action]
