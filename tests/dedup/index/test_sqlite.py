"""The index: what is committed is found, whatever was added, removed, packed or damaged."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.generate import documents
from feedtools.dedup.index import packing, postings
from feedtools.dedup.index.file import FORMAT
from feedtools.dedup.index.packing import OUTGROWN
from feedtools.dedup.index.query import CANDIDATES, find
from feedtools.dedup.index.sqlite import Index as Asked
from feedtools.dedup.index.store import CAP, PublishedArticle
from feedtools.dedup.index.updates import FEW_ARTICLES
from feedtools.dedup.index.updates import IndexWriter as Index
from feedtools.dedup.index.verify import faults
from feedtools.dedup.sketch import SHINGLE, shingle_hashes
from feedtools.errors import FeedtoolsError, IndexFileError, StaleIndexError
from feedtools.model import Article, Provenance
from tests.places import FEED, ROOT

SAMPLE = sorted((FEED).glob("*.txt"))
WORDS = ("梯度", "损失", "模型", "训练", "数据", "网络", "参数", "样本", "特征", "向量", "概率", "策略", "奖励", "状态")


def made(number: int, length: int = 60) -> str:
    draw = random.Random(number)
    return f"第{number}篇。" + "".join(draw.choice(WORDS) for _ in range(length)) + "..."


def article(number: int, source: str | None = None) -> Article:
    return Article(source or f"feed/{number // 4}.txt", number % 4 + 4, made(number))


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index(tmp_path / "i.sqlite", create=True) as opened:
        yield opened


def places(index: Index, text: str) -> list[tuple[str, int]]:
    return [(found.document.source, found.document.line) for found in find(index, [text])[0]]


@given(
    st.lists(st.tuples(st.integers(0, 2**61 - 1), st.integers(0, 2**24 - 1)), max_size=200),
    st.integers(4, 20),
    st.sampled_from([3, 4]),
)
def test_postings_are_found_where_they_were_packed(rows: list[tuple[int, int]], bits: int, width: int) -> None:
    keys = np.array([key for key, _ in rows], np.uint64)
    numbers = np.array([number for _, number in rows], np.uint64)
    words = np.unique(postings.words_of(keys, numbers, bits, width))
    blocks = list(postings.pack(words, width))
    packed = dict(blocks)
    for key, number in rows:
        row, remainder = postings.locate(key, bits)
        assert number in postings.documents(postings.unseal(packed[row]), remainder, width, 1000)
    assert postings.unpack(blocks, width).tolist() == words.tolist()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["add", "remove", "compact"]), st.integers(0, 5)), max_size=12))
def test_whatever_happens_the_live_articles_and_no_others_are_found(steps: list[tuple[str, int]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder, Index(Path(folder) / "i.sqlite", create=True) as index:
        live: dict[str, list[Article]] = {}
        for turn, (step, number) in enumerate(steps):
            source = f"feed/{number}.txt"
            if step == "add":
                live[source] = [article(100 * turn + number + k, source) for k in range(3)]
                index.replace(live[source])
            elif step == "remove":
                assert index.remove([source]) == len(live.pop(source, []))
            else:
                index.compact()
        assert list(faults(index)) == []
        assert index.stats().documents == sum(map(len, live.values()))
        for articles in live.values():
            for one in articles:
                assert (one.source, one.line) in places(index, one.text)


def test_many_at_once_equal_few_at_a_time(tmp_path: Path) -> None:
    articles = [article(number) for number in range(FEW_ARTICLES + 40)]
    with Index(tmp_path / "many", create=True) as many, Index(tmp_path / "few", create=True) as few:
        many.add(articles)
        for start in range(0, len(articles), 100):
            few.add(articles[start : start + 100])
        assert many.stats().recent == 0 < few.stats().recent
        assert list(faults(many)) == list(faults(few)) == []
        for one in articles[::37]:
            cut = one.text[:80]
            assert places(many, cut) == places(few, cut) == [(one.source, one.line)]


def test_a_source_added_again_takes_its_former_place(index: Index) -> None:
    index.add([article(1, "a.txt"), article(2, "a.txt")])
    index.replace([article(3, "a.txt")])
    assert index.stats().documents == 1
    assert places(index, made(1)) == []
    assert places(index, made(3)) == [("a.txt", 7)]


def test_a_source_keeps_what_was_taken_in_before_and_takes_nothing_twice(index: Index) -> None:
    """A feed that rolls under one name: what left it was published all the same."""
    assert index.add([article(1, "a.txt"), article(2, "a.txt")], {"a.txt": b"one"}) == 2
    before = index.identity()
    assert index.add([article(2, "a.txt")], {"a.txt": b"two"}) == 0
    assert index.identity() == before
    assert index.add([article(2, "a.txt"), article(3, "a.txt"), article(3, "a.txt")], {"a.txt": b"two"}) == 1
    assert index.identity() != before
    assert index.stats()[:3] == (3, 0, 1)
    assert [places(index, made(number)) for number in (1, 2, 3)] == [[("a.txt", 5)], [("a.txt", 6)], [("a.txt", 7)]]
    own = frozenset([("a.txt", b"two")])
    assert [len(found) for found in find(index, [made(1), made(2), made(3)], own=own)] == [1, 1, 0]
    assert list(faults(index)) == []
    assert index.remove(["a.txt"]) == 3


def test_a_lookup_sees_one_state_of_an_index_that_is_written_meanwhile(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A source that is replaced between the questions of one lookup is found as it was, and never gone."""
    index.add([article(number) for number in range(40)])
    with Index(index.path, readonly=True) as reader:
        sizes = reader.sizes

        def replaced_meanwhile(numbers: Sequence[int]) -> dict[int, int]:
            index.replace([article(7)._replace(line=99), article(8, "feed/1.txt")])
            return sizes(numbers)

        monkeypatch.setattr(reader, "sizes", replaced_meanwhile)
        assert places(reader, made(7)) == [("feed/1.txt", 7)]
        monkeypatch.undo()
        assert places(reader, made(7)) == [("feed/1.txt", 99)]


def test_an_index_of_the_format_before_is_read_and_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "i.sqlite"
    with Index(path, create=True) as index:
        index.add([article(1, "a.txt")])
        for statement in (
            """CREATE TABLE old (id INTEGER PRIMARY KEY, path TEXT UNIQUE NOT NULL, first INTEGER NOT NULL,
            past INTEGER NOT NULL, digest BLOB, size INTEGER, changed INTEGER)""",
            "INSERT INTO old SELECT * FROM source",
            "DROP TABLE source",
            "ALTER TABLE old RENAME TO source",
            "CREATE INDEX source_past ON source (past)",
            "DELETE FROM meta WHERE key = 'stamp'",
            "PRAGMA user_version=2",
        ):
            index.base.execute(statement)
    with Asked(path, readonly=True) as reader:
        assert places(reader, made(1)) == [("a.txt", 5)]
    with Index(path) as index:
        assert index.add([article(1, "a.txt"), article(2, "a.txt")]) == 1
        assert [places(index, made(number)) for number in (1, 2)] == [[("a.txt", 5)], [("a.txt", 6)]]
        assert list(faults(index)) == []


@pytest.mark.parametrize("harm", ["DROP TABLE delta", "ALTER TABLE document RENAME COLUMN keys TO k"])
def test_a_schema_that_is_not_whole_is_damage(index: Index, harm: str) -> None:
    index.add([article(1)])
    index.base.execute(harm)
    with pytest.raises(StaleIndexError, match="damaged"):
        find(index, [made(1)])


def test_a_folder_in_its_place_is_named(tmp_path: Path) -> None:
    for create in (False, True):
        with pytest.raises(StaleIndexError, match="a folder stands"):
            Index(tmp_path, create=create)


def test_several_processes_that_make_one_index_make_one(tmp_path: Path) -> None:
    """Nobody sees it without tables, and nobody's articles are lost."""
    script = """if True:
        import sys
        from pathlib import Path
        from feedtools.dedup.index.updates import IndexWriter
        from feedtools.model import Article
        with IndexWriter(Path(sys.argv[1]), create=True) as index:
            index.add([Article(sys.argv[2], 1, sys.argv[2] + "号机器写下的一篇,别的机器都不会写一样的。")])
    """
    path = tmp_path / "i.sqlite"
    names = [str(number) for number in range(8)]
    running = [subprocess.Popen([sys.executable, "-c", script, str(path), name], stderr=-1) for name in names]
    said = [process.communicate(timeout=600)[1] for process in running]
    assert said == [b""] * len(names)
    with Index(path) as index:
        assert index.sources() == names
        assert list(faults(index)) == []
    assert {one.name.split(".sqlite")[0] for one in tmp_path.iterdir()} == {"i"}


def test_own_source_is_not_compared_with(index: Index) -> None:
    index.add([article(1, "a.txt")])
    assert find(index, [made(1)], own=frozenset(["a.txt"])) == [[]]


def test_relations_and_evidence_are_told(index: Index) -> None:
    whole = made(7, 200)
    index.add([Article("a.txt", 4, whole)])
    (cut,) = find(index, [whole[:120] + "..."])[0]
    assert cut.match.kind == "truncated"
    (inside,) = find(index, [whole[100:220]])[0]
    assert inside.match.kind == "contained"
    assert inside.match.evidence[0].b_start == 100


def test_short_texts_are_found_when_equal(index: Index) -> None:
    index.add([Article("a.txt", 1, "短")])
    assert places(index, "短") == [("a.txt", 1)]
    assert places(index, "长") == []


class Counted:
    """A store, and how much it was asked for."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.proposed = self.weighed = self.read = 0

    def snapshot(self) -> AbstractContextManager[None]:
        return self.index.snapshot()

    def identity(self) -> object:
        return self.index.identity()

    def holding(self, keys: Sequence[int]) -> Mapping[int, Sequence[int]]:
        found = self.index.holding(keys)
        self.proposed = max(map(len, found.values()), default=0)
        return found

    def short(self, numbers: Iterable[int]) -> list[int]:
        return self.index.short(numbers)

    def sizes(self, numbers: Sequence[int]) -> Mapping[int, int]:
        self.weighed += len(numbers)
        return self.index.sizes(numbers)

    def documents(self, numbers: Iterable[int]) -> list[PublishedArticle]:
        found = self.index.documents(numbers)
        self.read += len(found)
        return found

    def close(self) -> None:
        self.index.close()


STEMS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
CROWDED_SHINGLE = next(shingle for at in range(len(STEMS)) if shingle_hashes(shingle := STEMS[at : at + SHINGLE]))
"""Symbols that have a key."""
FOOTER = (
    "。本站所有内容由读者投稿,未经许可请勿转载,如有差错欢迎来信指正,我们会在下一期当中更正,谢谢各位读者多年以来的支持。"
)


@pytest.mark.parametrize("mark", [CROWDED_SHINGLE, FOOTER], ids=["one key", "a footer"])
def test_what_thousands_share_costs_little_and_hides_no_copy(index: Index, mark: str) -> None:
    texts = [document.text + mark for document in documents(4000, planted=0)]
    index.add([Article(f"{number}.txt", 1, text) for number, text in enumerate(texts)])
    new, copied = (document.text for document in documents(2, planted=0, seed=9))
    index.add([Article("late.txt", 1, copied[20:] + mark)])
    store = Counted(index)
    assert find(store, [new + mark]) == [[]]
    assert store.proposed == CAP
    assert store.weighed <= 2 * CAP
    assert store.read <= 2 * CANDIDATES
    assert [found.document.source for found in find(store, [copied + mark])[0]] == ["late.txt"]


@pytest.mark.parametrize("postings_at_once", [1 << 12, packing._RANGE])
def test_outgrown_blocks_are_made_again_from_texts(
    index: Index, monkeypatch: pytest.MonkeyPatch, postings_at_once: int
) -> None:
    monkeypatch.setattr(packing, "_RANGE", postings_at_once)
    index.add([article(number) for number in range(600)])
    rows = index.rows
    index.remove(["feed/1.txt"])
    index.add([article(number) for number in range(600, 12_000)])
    assert index.rows > rows + OUTGROWN
    assert list(faults(index)) == []
    assert places(index, made(3)) == [("feed/0.txt", 7)]


def test_an_open_reader_follows_an_index_that_is_packed_anew(index: Index) -> None:
    index.add([article(number) for number in range(40)])
    with Index(index.path, readonly=True) as reader:
        assert places(reader, made(7)) == [("feed/1.txt", 7)]
        index.add([article(number) for number in range(40, 12_000)])
        assert index.rows > reader.rows
        assert places(reader, made(7)) == [("feed/1.txt", 7)]
        assert places(reader, made(9_001)) == [("feed/2250.txt", 5)]


def test_removed_documents_do_not_hide_live_ones_behind_a_crowded_key(index: Index) -> None:
    text = made(1)
    index.add([Article(f"{number}.txt", 1, text) for number in range(3 * CAP)])
    index.remove([f"{number}.txt" for number in range(2 * CAP)])
    found = [source for source, _ in places(index, text)]
    assert found
    assert all(int(source[:-4]) >= 2 * CAP for source in found)


@pytest.mark.parametrize("damage", ["text", "block", "document", "short"])
def test_flipped_content_is_noticed(index: Index, damage: str) -> None:
    index.add([article(number) for number in range(FEW_ARTICLES + 1)])
    column = {"text": "text", "block": "postings", "document": "digest", "short": "bits"}[damage]
    (value,) = index.base.execute(f"SELECT {column} FROM {damage} LIMIT 1").fetchone()
    flipped = bytes([value[0] ^ 1]) + value[1:]
    index.base.execute(f"UPDATE {damage} SET {column} = ? WHERE {column} = ?", (flipped, value))
    assert list(faults(index))
    if damage in {"text", "short"}:
        with pytest.raises(StaleIndexError, match="damaged"):
            find(index, [made(0)])


def test_files_that_are_no_index_are_refused(tmp_path: Path) -> None:
    with pytest.raises(IndexFileError, match="no index here"):
        Index(tmp_path / "none.sqlite")
    path = tmp_path / "i.sqlite"
    with Index(path, create=True) as index:
        index.add([article(number) for number in range(50)])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StaleIndexError), Index(path) as cut:
        find(cut, [made(number) for number in range(50)])
    path.write_bytes(b"no database at all, but long enough to be looked at" * 100)
    with pytest.raises(StaleIndexError):
        Index(path)
    other = tmp_path / "other.sqlite"
    sqlite3.connect(other).execute("CREATE TABLE t (x)")
    with pytest.raises(StaleIndexError, match="not a feedtools index"):
        Index(other)


@pytest.mark.parametrize("readonly", [False, True])
@pytest.mark.parametrize("foreign", [False, True])
def test_a_file_that_is_refused_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, foreign: bool, readonly: bool
) -> None:
    path = tmp_path / "i.sqlite"
    if foreign:
        with sqlite3.connect(path) as base:
            base.execute("CREATE TABLE t (x)")
    else:
        path.write_bytes(b"no database at all, but long enough to be looked at" * 100)
    connect, made = sqlite3.connect, list[sqlite3.Connection]()
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **flags: made.append(connect(*args, **flags)) or made[-1])
    with pytest.raises(StaleIndexError):
        Asked(path, readonly=readonly)
    assert made
    for base in made:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            base.execute("SELECT 1")


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "i.sqlite"
    Index(path, create=True).close()
    base = sqlite3.connect(path)
    base.execute(f"PRAGMA user_version={FORMAT + 1}")
    base.close()
    with pytest.raises(StaleIndexError, match="newer feedtools"):
        Index(path)


def test_other_sketch_parameters_are_refused(index: Index) -> None:
    index.set_meta("sketch_gram", 5)
    index.close()
    with pytest.raises(StaleIndexError, match="older feedtools"):
        Index(index.path)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may read: pytest shuts its own to others each time that it starts."""
    with tempfile.TemporaryDirectory(prefix="feedtools-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def as_nobody(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script that gives its rights up by itself, for code is read before."""
    if os.geteuid() != 0:
        pytest.skip("needs root to become a user without permission")
    before = """
        import os, sys
        from pathlib import Path
        from feedtools.errors import IndexFileError
        from feedtools.dedup.index.query import find
        from feedtools.dedup.index.updates import IndexWriter as Index
        path, text = Path(sys.argv[1]), sys.argv[2]
        find(Index(path, readonly=True), [text])  # everything is imported before the rights are given up
        os.setgid(65534), os.setuid(65534)
    """
    script = textwrap.dedent(before) + textwrap.dedent(script)
    return subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True)


def test_a_readonly_index_answers_and_is_not_written(open_folder: Path) -> None:
    path = open_folder / "i.sqlite"
    with Index(path, create=True) as index:
        index.add([article(1)])
    script = """
        print(len(find(Index(path, readonly=True), [text])[0]))
        try:
            Index(path).add([])
        except IndexFileError as error:
            print(error)
    """
    done = as_nobody(script, str(path), made(1))
    assert done.stdout.startswith("1\n"), done.stderr
    assert "permissions" in done.stdout


def test_an_index_behind_a_folder_that_is_shut_is_one_sentence(open_folder: Path) -> None:
    path = open_folder / "i.sqlite"
    with Index(path, create=True) as index:
        index.add([article(1)])
    shut = open_folder / "shut"
    shut.mkdir(mode=0o700)
    script = """
        try:
            Index(Path(sys.argv[3]), readonly=True)
        except IndexFileError as error:
            print(error)
    """
    done = as_nobody(script, str(path), made(1), str(shut / "i.sqlite"))
    assert f"{shut / 'i.sqlite'}: cannot be reached: Permission denied" in done.stdout, done.stderr


def test_a_full_disk_is_one_sentence_and_loses_nothing(tmp_path: Path) -> None:
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("needs root to mount a small file system")
    mount = tmp_path / "small"
    mount.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(mount)], capture_output=True).returncode:
        pytest.skip("file systems cannot be mounted here")
    try:
        with Index(mount / "i.sqlite", create=True) as index:
            index.add([article(number) for number in range(40)])
            with pytest.raises(IndexFileError, match="full"):
                index.add([article(number) for number in range(1000, 6000)])
            assert list(faults(index)) == []
            assert places(index, made(5)) == [("feed/1.txt", 5)]
    finally:
        subprocess.run(["umount", str(mount)], check=True)


WRITER = """
import os, sys, random
from pathlib import Path
from feedtools.dedup.index.updates import IndexWriter as Index
sys.path.insert(0, sys.argv[3])
from tests.dedup.index.test_sqlite import article
def tell(line):
    os.write(1, f"{line}\\n".encode())  # at once: print writes word by word where output is unbuffered
draw = random.Random(int(sys.argv[2]))
with Index(Path(sys.argv[1]), create=True) as index:
    tell("ready")
    while True:
        number = draw.randrange(8)
        step = draw.random()
        if step < 0.7:
            fresh = draw.randrange(10**6)
            index.replace([article(fresh + k, f"{number}.txt") for k in range(3)])
            tell(f"add {number} {fresh}")
        elif step < 0.9:
            index.remove([f"{number}.txt"])
            tell(f"remove {number}")
        else:
            index.compact()
"""


def run_writer(path: Path, seed: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(path), str(seed), str(ROOT)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.slow
def test_kill_at_random_moments_loses_nothing_that_was_committed(tmp_path: Path) -> None:
    path = tmp_path / "i.sqlite"
    Index(path, create=True).close()
    draw = random.Random(5)
    live: dict[int, int | None] = {}
    steps = 0
    for round_ in range(2000):
        if round_ >= 200 and steps > 200:  # on a busy machine a writer may be killed before it writes
            break
        writer = run_writer(path, round_)
        timer = threading.Timer(0.4 * draw.random(), writer.kill)
        timer.start()
        while writer.poll() is None:
            with Index(path, readonly=True) as reader:
                find(reader, [made(draw.randrange(100))])
        writer.wait()
        timer.cancel()
        assert writer.stdout is not None
        for line in writer.stdout.read().splitlines():
            step, *numbers = line.split()
            steps += 1
            live[int(numbers[0])] = int(numbers[1]) if step == "add" else None
        with Index(path) as index:
            assert list(faults(index)) == []
            counted = "SELECT count(d.id) FROM source s LEFT JOIN document d ON d.id >= s.first AND d.id < s.past"
            held = index.base.execute(f"{counted} GROUP BY s.id").fetchall()
            assert all(count == 3 for (count,) in held), "a file is there by half"
            missing = [source for source, fresh in live.items() if fresh is not None and not places(index, made(fresh))]
            assert len(missing) <= 1, "only what was being replaced when the writer died may be gone"
            live = {source: fresh for source, fresh in live.items() if source not in missing}
    assert steps > 200, "the writers wrote nothing"


@pytest.mark.slow
def test_two_writers_and_ten_readers_at_once(tmp_path: Path) -> None:
    path = tmp_path / "i.sqlite"
    Index(path, create=True).close()
    writers = [run_writer(path, seed) for seed in (1, 2)]
    failed: list[Exception] = []

    def read(seed: int) -> None:
        draw = random.Random(seed)
        try:
            for _ in range(20):
                with Index(path, readonly=True) as index:
                    find(index, [made(draw.randrange(10**6))])
        except FeedtoolsError as error:
            failed.append(error)

    readers = [threading.Thread(target=read, args=(seed,)) for seed in range(10)]
    for thread in readers:
        thread.start()
    for thread in readers:
        thread.join()
    for writer in writers:
        assert writer.poll() is None, "a writer stopped"
        writer.kill()
        writer.wait()
    assert failed == []
    with Index(path) as index:
        assert list(faults(index)) == []


def _forecast(number: int) -> str:
    """An item of a series: one frame, and other names in its slots."""
    pick = random.Random(number)
    names = ["".join(chr(pick.randrange(0x4E00, 0x9000)) for _ in range(6)) for _ in range(3)]
    return (
        f"今天{names[0]}的天气是多云转晴,早晚风大,出门的人请带上外套,午后渐渐转暖,适合晾晒。"
        f"明天{names[1]}一带有小雨,路面湿滑,开车的人请慢行,傍晚以后雨停,夜里起雾。"
        f"后天{names[2]}气温回升,日照充足,田里的活可以照常安排,注意补水。"
    )


@pytest.mark.parametrize(("items", "copies"), [(1, 1), (2, 0), (5, 0)])
def test_what_several_new_articles_have_otherwise_than_a_published_one_is_a_series(
    index: Index, items: int, copies: int
) -> None:
    """Of two texts alone nobody can tell; from three on their frame is common property, whoever published them."""
    index.add([Article("old.txt", 1, _forecast(0))])
    asked = [_forecast(number) for number in range(1, items + 1)]
    assert sum(map(bool, find(index, asked))) == copies * items
    assert [bool(found) for found in find(index, [*asked, _forecast(0)])][-1] is True, "the same text is a copy"


def test_what_several_published_articles_have_otherwise_is_a_series(index: Index) -> None:
    index.add([Article("old.txt", number, _forecast(number)) for number in range(2)])
    assert find(index, [_forecast(7)]) == [[]]
    (found,) = find(index, [_forecast(1)[:90]])
    assert (found[0].document.line, found[0].match.kind) == (1, "truncated")


@pytest.mark.parametrize("name", ["a\udcff.txt", "half\ud800.jsonl", "nul\0.txt", "plain.txt", "\x1b[31m.txt"])
def test_any_name_of_a_file_or_record_is_kept(tmp_path: Path, name: str) -> None:
    """A name that is no UTF-8 is no damage: the advice to remove the index would cost what it remembers."""
    text = "这一篇的文件名谁也念不出来,可它的正文和别的文章一样平常,该找到的还是找得到。"
    article = Article(name, 4, text, False, "", Provenance(name))
    with Index(tmp_path / "i.sqlite", create=True) as index:
        assert index.add([article], {name: b"one"}) == 1
        (found,) = find(index, [text])[0]
        assert (found.document.source, found.document.id) == (name, name)
        assert index.sources() == [name]
        assert list(index.states()) == [name]
        assert index.add([article], {name: b"one"}) == 0
        assert index.integrity() == []
        assert index.remove([name]) == 1
        assert find(index, [text]) == [[]]
