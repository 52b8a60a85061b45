"""A batch run loses nothing: its account adds up, it can be undone, and cleaning what is clean changes nothing."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedtools.api import manifest
from feedtools.api.clean import clean
from feedtools.api.undo import undo
from feedtools.config import Config

SAMPLE = Path(__file__).parent / "sample" / "feed"
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
    assert counts.dropped > 30
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


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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
