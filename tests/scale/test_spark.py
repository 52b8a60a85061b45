"""The deduplicator and the cleaner on Spark: the local engine's results, whatever the partitioning, kills included."""

from __future__ import annotations

import itertools
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from tests.places import ROOT

sys.path.append(str(ROOT / "benchmarks"))

import generate

from feedtools.dedup import candidates
from feedtools.dedup.batch import dedup
from feedtools.dedup.describe import links
from tests.dedup.test_engines import feed

pyspark = pytest.importorskip("pyspark", reason="PySpark is not installed")
pq = pytest.importorskip("pyarrow.parquet")
java = pytest.mark.skipif(shutil.which("java") is None and "JAVA_HOME" not in os.environ, reason="Java is missing")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
]
FOOTER = "，本站文章均为原创，转载时请务必注明出处，并保留作者的姓名与链接，谢谢合作。" * 2
Row = tuple[Any, ...]


def made(count: int) -> dict[str, str]:
    """Documents with all relations planted, a tenth of them under one footer, in no order of their ids."""
    numbers = random.Random(5).sample(range(10**6), count)
    texts = [one.text for one in generate.documents(count, planted=0.4)]
    return {f"{n:07d}": text + FOOTER * (i % 10 == 0) for i, (n, text) in enumerate(zip(numbers, texts, strict=True))}


def local_results(texts: dict[str, str]) -> tuple[set[Row], set[Row]]:
    """Matches with evidence, and rows, as the local engine finds them."""
    ids = list(texts)
    found = dedup(list(texts.values()), places=ids, evidence=True)
    matches = {(ids[m.a], ids[m.b], *m[2:6], m.rest_a, m.rest_b, tuple(map(tuple, m.evidence))) for m in found.matches}
    rows: set[Row] = set()
    for one in found.clusters:
        keep, tied = ids[one.keep], links(one)
        rows.add((keep, keep, "keep", None, None, None))
        for drop in one.drop:
            tie = tied[drop]
            coverage = tie.coverage_a if tie.a == drop else tie.coverage_b
            rows.add((ids[drop], keep, "drop", tie.kind, tie.similarity, coverage))
    return matches, rows


def match_of(row: dict[str, Any]) -> Row:
    figures = (row[name] for name in ("a", "b", "kind", "coverage_a", "coverage_b", "similarity", "rest_a", "rest_b"))
    return (*figures, tuple(map(tuple, row["evidence"])))


def row_of(row: dict[str, Any]) -> Row:
    return tuple(row[name] for name in ("id", "cluster", "action", "kind", "similarity", "coverage"))


def written(out: Path) -> tuple[set[Row], set[Row]]:
    matches, rows = (pq.read_table(out / name).to_pylist() for name in ("matches", "clusters"))
    assert len({(row["a"], row["b"]) for row in matches}) == len(matches)
    return set(map(match_of, matches)), set(map(row_of, rows))


def write_jsonl(texts: dict[str, str], path: Path) -> None:
    rows = (json.dumps({"id": name, "text": text}, ensure_ascii=False) for name, text in texts.items())
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def run(*args: object, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "feedtools", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={**os.environ, **env}, check=False)


def test_missing_java_is_said_in_one_sentence(tmp_path: Path) -> None:
    done = run("dedup", "x.jsonl", "--engine", "spark", "-o", tmp_path / "out", JAVA_HOME=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("feedtools: no Java found. Spark needs Java 17 or later: install openjdk-17")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["dedup", "x", "--engine", "spark"], "Name the folder to write with -o OUT"),
        (["dedup", "x", "--engine", "spark", "--pairs", "-o", "y"], "--pairs is not there with --engine spark"),
        (["clean", "x", "--engine", "spark", "--resume", "-o", "y"], "--resume is not there with --engine spark"),
        (["clean", "x", "--master", "local", "-o", "y"], "--master goes with --engine spark"),
        (["dedup", "x", "-o", "y"], "-o goes with --engine spark"),
    ],
)
def test_options_that_do_not_go_together_are_refused(args: list[str], sentence: str) -> None:
    done = run(*args)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from feedtools.scale.session import session

    settings = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "4"}
    made = session("local[2,4]", {**settings, "spark.sql.maxPlanStringLength": "10000000"})
    yield made
    made.stop()


@java
def test_results_are_the_local_engines_whatever_the_partitioning(spark: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from feedtools.scale.dedup import DEFAULT, Limits
    from feedtools.scale.dedup import dedup as on_spark

    texts = made(700)
    order = list(texts.items())
    ways = [
        (1, candidates.HOT, DEFAULT),
        (5, candidates.HOT, Limits(buckets=16)),
        # Every bucket as rows, exact copies and components by joins.
        (3, 30, Limits(buckets=2, crowded=1, driver_texts=0, driver_edges=0)),
        (3, 30, Limits(buckets=2, crowded=20_000, sent=0)),  # some buckets as rows, texts joined by shuffles
        (4, 30, Limits(driver_texts=0)),
    ]
    for parts, hot, limits in ways:
        monkeypatch.setattr(candidates, "HOT", hot)
        expected = local_results(texts)
        assert len(expected[1]) > 200
        random.Random(parts).shuffle(order)
        documents = spark.createDataFrame(order, "id string, text string").repartition(parts)
        found = on_spark(documents, hot=hot, limits=limits)
        assert {match_of(row.asDict()) for row in found.matches.collect()} == expected[0]
        assert {row_of(row.asDict()) for row in found.rows.collect()} == expected[1]
        spark.catalog.clearCache()


@java
def test_a_text_of_very_many_copies_and_a_key_of_very_many_texts(spark: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from feedtools.scale.dedup import Limits
    from feedtools.scale.dedup import dedup as on_spark

    text = generate.mode_a(generate.source(1))
    texts = [text] * 5000 + [f"{generate.source(2, 120)}，{i}" for i in range(3000)]
    documents = spark.createDataFrame([(f"{i:05d}", one) for i, one in enumerate(texts)], "id string, text string")
    found = on_spark(documents, hot=1000, limits=Limits(crowded=10_000))
    monkeypatch.setattr(candidates, "HOT", 1000)
    expected = local_results({f"{i:05d}": one for i, one in enumerate(texts)})
    assert {row_of(row.asDict()) for row in found.rows.collect()} == expected[1]
    assert {match_of(row.asDict()) for row in found.matches.collect()} == expected[0]
    assert len(expected[0]) < 2 * len(texts)


@java
def test_components_by_joins_are_those_of_the_driver(spark: Any) -> None:
    from feedtools.scale.components import components

    rng = random.Random(1)
    edges = [(f"{i:03d}", f"{i + 1:03d}") for i in range(120) if i % 17]  # chains
    edges += [("500", f"{i}") for i in range(501, 560)]  # a star
    edges += [(f"{rng.randrange(600, 700)}", f"{rng.randrange(600, 700)}") for _ in range(60)]
    frame = spark.createDataFrame([edge for edge in edges if edge[0] != edge[1]], "a string, b string")
    by_driver, by_joins = (components(frame, 10**3, driver_edges=limit).collect() for limit in (10**6, 0))
    assert set(map(tuple, by_joins)) == set(map(tuple, by_driver))
    assert len(by_joins) == len(by_driver)


def damaged(count: int) -> list[str]:
    """Articles of which many are copies, and some of these have lost what others of them still have."""
    texts = [one.text for one in generate.documents(count, planted=0.5)]
    rng = random.Random(9)
    for place in rng.sample(range(count), count // 5):
        text = texts[place]
        for formula in (*generate.HARD, *generate.DISPLAY):
            text = text.replace(rf"\({formula}\)", "[Math]").replace(rf"\[{formula}\]", "[公式]")
        texts[place] = rng.choice((text, text.replace("-", ""), text + r"其中 \(x_1", "�" + text[2:]))
    whole = generate.mode_a(generate.source(900), 700)
    texts += [
        whole,
        whole[:240],
        "用 end-to-end 的方法训练,," + whole[20:220],
        "这个 endtoend 的方法, " + whole[50:300],
    ]
    return texts


def decided_locally(path: Path, out: Path, config: Any) -> dict[str, Row]:
    """Action, the copy that stands for it, its kind and, where it is not dropped, the text of every article."""
    from feedtools.clean import manifest
    from feedtools.clean.run import clean

    with mock.patch("feedtools.clean.comparing.assemble"):  # Spark completes no excerpts that only overlap
        assert clean([str(path)], out, config).errors == []
    entries = [entry for entry in manifest.read(out / "manifest.jsonl") if "action" in entry]
    present = (json.loads(line)["text"] for line in (out / path.name).read_text(encoding="utf-8").splitlines())
    held = (json.loads(line)["text"] for line in (out / "held" / f"{path.name}.jsonl").read_text().splitlines())
    texts = {"drop": itertools.repeat(None), "hold": held}
    return {
        f"{entry['line']:05d}": (
            entry["action"],
            f"{entry['of']['line']:05d}" if "of" in entry else None,
            entry.get("kind"),
            next(texts.get(entry["action"], present)),
        )
        for entry in entries
    }


@java
def test_decisions_and_texts_are_those_of_the_local_clean(spark: Any, tmp_path: Path) -> None:
    """Restored from copies, whole copies kept for held ones, compared until nothing more is found."""
    from feedtools.config import Config, policy
    from feedtools.lint.selection import active_rules
    from feedtools.scale.clean import clean

    texts = {f"{line:05d}": text for line, text in enumerate(damaged(1500), 1)}
    write_jsonl(texts, tmp_path / "in.jsonl")
    config = Config(jobs=1, clean=policy({"fix": "unsafe", "kinds": {"near": "keep", "contained": "hold"}}))
    expected = decided_locally(tmp_path / "in.jsonl", tmp_path / "out", config)
    documents = spark.createDataFrame(list(texts.items()), "id string, text string")
    decisions = clean(documents, active_rules(config), config.clean)
    rows = decisions.collect()
    plan = decisions._jdf.queryExecution().executedPlan().toString()
    assert plan.count("InMemoryRelation") < 30  # nested from step to step and round to round they were 1,314
    spark.catalog.clearCache()
    found = {row["id"]: (*row[1:2], row["of"], row["kind"], row["text"]) for row in rows}
    found = {name: (*row[:3], None if row[0] == "drop" else row[3]) for name, row in found.items()}
    assert {name: (found[name], row) for name, row in expected.items() if found[name] != row} == {}
    assert {row[0] for row in expected.values()} == {"keep", "fix", "restore", "drop", "hold"}
    assert any("is kept in its place" in reason for row in rows for reason in row["reasons"])
    assert all(row["reasons"] for row in rows if row["action"] != "keep")


@java
def test_the_command_line_and_what_it_refuses(tmp_path: Path) -> None:
    texts = made(150)
    rows = [{"name": name, "body": text} for name, text in texts.items()]
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + '{"name": "x"}\n{"bo', encoding="utf-8")
    args = ("dedup", "--engine", "spark", path, "-o", tmp_path / "out", "--master", "local[2,4]")
    done = run(*args, "--id-key", "name", "--text-key", "body")
    assert written(tmp_path / "out") == local_results(texts)
    said = [line for line in done.stderr.splitlines() if line.startswith("feedtools: ") and "step" not in line]
    assert done.returncode == 2
    assert "150 articles" in said[0]
    assert "2 records left out" in said[1]
    assert "FutureWarning" not in done.stderr

    steps = [line for line in done.stderr.splitlines() if "step" in line]
    assert [line.split(":")[1] for line in steps] == [f" step {number} of 5" for number in range(1, 6)]
    again = run(*args, "--id-key", "name", "--text-key", "body")
    assert (again.returncode, again.stdout) == (2, "")
    assert "matches: exists already; --force replaces it" in again.stderr

    refused = run(*args, "--text-key", "body", "--force")
    assert refused.returncode == 2
    assert written(tmp_path / "out") == local_results(texts)
    assert "no column 'id' (there are: body, name); name it with --id-key" in refused.stderr
    assert "Traceback" not in refused.stderr


@java
def test_ids_must_be_unique_and_the_input_must_be_there(spark: Any, tmp_path: Path) -> None:
    from feedtools.errors import ReadError
    from feedtools.scale.dedup import sketched
    from feedtools.scale.tables import checked, read

    (tmp_path / "in.jsonl").write_text('{"id": 1, "text": "甲"}\n{"id": 1, "text": "乙"}\n', encoding="utf-8")
    documents = read(spark, [str(tmp_path / "in.jsonl")])
    for known in (documents, sketched(documents).here):
        with pytest.raises(ReadError, match="'1' stands for 2 documents"):
            checked(known)
    with pytest.raises(ReadError, match=r"Spark cannot read this: .*nowhere"):
        read(spark, [str(tmp_path / "nowhere.jsonl")])


@java
def test_records_may_say_the_syntax_of_their_texts(spark: Any, tmp_path: Path) -> None:
    from feedtools.scale.tables import read

    rows = [{"id": "a", "text": "甲", "syntax": "markdown"}, {"id": "b", "text": "乙"}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    found = [str(tmp_path / "a.jsonl")]
    assert [row["syntax"] for row in read(spark, found, syntax=True).orderBy("id").collect()] == ["markdown", None]
    assert read(spark, found).columns == ["id", "text"]


@java
def test_tables_are_written_all_or_none(spark: Any, tmp_path: Path) -> None:
    from feedtools.errors import WriteError
    from feedtools.scale import tables

    out, texts = tmp_path / "out", [(f"{number}", "text " * 99) for number in range(3000)]
    good = spark.createDataFrame(texts, "id string, text string")
    good.coalesce(1).write.option("compression", "none").parquet(str(tmp_path / "in"))
    (part,) = (tmp_path / "in").glob("*.parquet")
    data = part.read_bytes()
    part.write_bytes(data[: len(data) // 4] + b"\xff" * (len(data) // 4) + data[len(data) // 2 :])
    part.with_name(f".{part.name}.crc").unlink()
    tables.prepare(spark, str(out), ["one"], force=False)
    assert not out.exists()
    tables.write(spark, str(out), {"one": good})
    before = pq.read_table(out / "one").sort_by("id")
    with pytest.raises(WriteError, match="one: exists already"):
        tables.prepare(spark, str(out), ["two", "one"], force=False)
    tables.prepare(spark, str(out), ["one"], force=True)
    with pytest.raises(WriteError) as caught:
        tables.write(spark, str(out), {"one": good.limit(1), "two": spark.read.parquet(str(tmp_path / "in"))})
    assert part.name in caught.value.message
    assert "\n" not in caught.value.message
    assert "org.apache" not in caught.value.message
    assert [one.name for one in out.iterdir()] == ["one"]
    assert pq.read_table(out / "one").sort_by("id") == before
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match="cannot be made or written"):
        tables.prepare(spark, str(tmp_path / "file" / "out"), ["one"], force=True)


def test_what_spark_says_becomes_one_sentence() -> None:
    from feedtools.scale.session import reason

    error = RuntimeError(
        "An error occurred while calling o9.count.\n: org.apache.spark.SparkException: [FAILED_READ_FILE.NO_HINT] "
        "Encountered error while reading file file:///in/a.parquet. SQLSTATE: KD001\n\tat org.apache.spark.X(Y:1)\n"
        "Caused by: java.io.IOException: cannot decompress"
    )
    assert reason(error) == "Encountered error while reading file file:///in/a.parquet."
    assert "for want of memory" in reason(RuntimeError("Job aborted\nCaused by: java.lang.OutOfMemoryError: Java heap"))
    assert reason(RuntimeError("Caused by: java.io.IOException: No space left on device")) == "No space left on device"
    assert reason(RuntimeError()) == "RuntimeError"


@java
@pytest.mark.parametrize("seed", range(3))
def test_matches_and_clusters_of_small_feeds_are_the_local_engines(spark: Any, seed: int) -> None:
    from feedtools.scale.dedup import dedup as on_spark

    texts = {f"{number:03d}": text for number, text in enumerate(feed(seed))}
    found = on_spark(spark.createDataFrame(list(texts.items()), "id string, text string"))
    expected = local_results(texts)
    assert {match_of(row.asDict()) for row in found.matches.collect()} == expected[0]
    assert {row_of(row.asDict()) for row in found.rows.collect()} == expected[1]


@java
def test_plans_adapt_where_there_are_many_partitions_alone(spark: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from feedtools.scale import session

    documents = spark.createDataFrame([("a", "甲")], "id string, text string")
    before, name = spark.conf.get("spark.sql.adaptive.enabled"), "spark.sql.adaptive.enabled"
    for few, adaptive in ((4, "false"), (3, "true")):
        monkeypatch.setattr(session, "FEW_PARTITIONS", few)
        assert session.fit(documents) == 4  # what the user chose
        assert spark.conf.get(name) == adaptive
    spark.conf.set(name, before)


@java
def test_spark_submit_runs_the_same(tmp_path: Path) -> None:
    texts = made(120)
    write_jsonl(texts, tmp_path / "in.jsonl")
    submit = [str(Path(pyspark.__file__).parent / "bin" / "spark-submit"), "--master", "local[2,4]"]
    script = str(ROOT / "feedtools" / "scale" / "__main__.py")
    env = {**os.environ, "PYSPARK_PYTHON": sys.executable, "SPARK_HOME": str(Path(pyspark.__file__).parent)}
    done = subprocess.run(
        [*submit, script, "dedup", "in.jsonl", "-o", "out"], cwd=tmp_path, env=env, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    assert written(tmp_path / "out") == local_results(texts)


def wait_for(condition: Any, seconds: float = 180) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.2)
    raise AssertionError("waited too long")


class Cluster:
    """A standalone master and two workers on loopback, from the wheel's own scripts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: list[subprocess.Popen[bytes]] = []
        self.start("master", "master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
        self.url = wait_for(self._url)
        self.workers = [self._worker(f"worker{i}") for i in range(2)]

    def start(self, name: str, kind: str, *args: str) -> subprocess.Popen[bytes]:
        home = Path(pyspark.__file__).parent
        (self.folder / "log4j2.properties").write_text(
            "rootLogger.level = info\nrootLogger.appenderRef.stderr.ref = console\nappender.console.type = Console\n"
            "appender.console.name = console\nappender.console.target = SYSTEM_ERR\n"
            "appender.console.layout.type = PatternLayout\nappender.console.layout.pattern = %m%n\n"
        )
        env = {**os.environ, "SPARK_HOME": str(home), "SPARK_CONF_DIR": str(self.folder), "SPARK_LOCAL_IP": "127.0.0.1"}
        log = (self.folder / f"{name}.log").open("wb")
        command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{kind}", *args]
        self.started.append(subprocess.Popen(command, stdout=log, stderr=log, env=env, start_new_session=True))
        return self.started[-1]

    def _url(self) -> str | None:
        found = re.search(r"spark://127\.0\.0\.1:\d+", (self.folder / "master.log").read_text(errors="replace"))
        return found and found[0]

    def _worker(self, name: str) -> subprocess.Popen[bytes]:
        work = str(self.folder / name)
        return self.start(
            name, "worker.Worker", "--cores", "1", "--memory", "1g", "--webui-port", "0", "--work-dir", work, self.url
        )

    def busy(self, worker: int) -> bool:
        """Whether Python runs under the worker's executor: documents are being worked on."""
        executors = list((self.folder / f"worker{worker}").glob("app-*/*"))
        return bool(executors) and any(f"{one}\n" in children(self.workers[worker].pid) for one in ("pyspark.daemon",))

    def stop(self) -> None:
        for process in self.started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def children(pid: int) -> str:
    """Modules that Python runs in the processes below one, a line each."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "stat").read_text(errors="replace").rsplit(")", 1)[1].split()
            except OSError:
                continue
            parents.setdefault(int(status[1]), []).append(int(entry.name))
    found, waiting = "", [pid]
    while waiting:
        for child in parents.get(waiting.pop(), ()):
            waiting.append(child)
            try:
                command = Path(f"/proc/{child}/cmdline").read_text(errors="replace").split("\0")
            except OSError:
                continue
            if "-m" in command:
                found += command[command.index("-m") + 1] + "\n"
    return found


def run_with_a_kill(folder: Path, command: str, when: Any) -> str:
    """Run ``command`` over ``in.jsonl`` into ``out`` on two workers; what it said, one killed as soon as ``when``."""
    cluster = Cluster(folder)
    try:
        args = [sys.executable, "-m", "feedtools.scale", command, "in.jsonl", "-o", "out", "--master", cluster.url]
        env = {**os.environ, "PYTHONPATH": str(ROOT), "SPARK_LOCAL_IP": "127.0.0.1"}
        with (folder / "job.log").open("w") as log:
            job = subprocess.Popen(args, cwd=folder, env=env, stdout=log, stderr=log, start_new_session=True)
            cluster.started.append(job)
            wait_for(lambda: when(cluster) or job.poll() is not None)
            assert job.poll() is None
            os.killpg(cluster.workers[0].pid, signal.SIGKILL)
            assert job.wait(timeout=400) == 0, (folder / "job.log").read_text()
        assert cluster.workers[0].wait() == -signal.SIGKILL
        assert not (folder / "out" / "_checkpoints").exists()
        return (folder / "job.log").read_text()
    finally:
        cluster.stop()


see_workers = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to see when one is busy")


@java
@see_workers
def test_a_worker_killed_in_the_middle_changes_nothing(tmp_path: Path) -> None:
    texts = made(1500)
    write_jsonl(texts, tmp_path / "in.jsonl")
    assert "1,500 articles" in run_with_a_kill(tmp_path, "dedup", lambda cluster: cluster.busy(0))
    assert written(tmp_path / "out") == local_results(texts)


@java
@see_workers
def test_a_worker_killed_after_plans_were_cut_changes_no_decision(tmp_path: Path) -> None:
    """What the killed one had done for a step that no plan knows of any more lies in the checkpoints."""
    from feedtools.config import Config

    write_jsonl({f"{line:05d}": text for line, text in enumerate(damaged(500), 1)}, tmp_path / "in.jsonl")
    parts = (tmp_path / "out" / "_checkpoints").glob
    run_with_a_kill(tmp_path, "clean", lambda _: len({part.parent for part in parts("*/rdd-*/part-*")}) > 2)
    rows = pq.read_table(tmp_path / "out" / "decisions").to_pylist()
    found = {row["id"]: (row["action"], row["of"], row["kind"], row["text"]) for row in rows}
    expected = decided_locally(tmp_path / "in.jsonl", tmp_path / "local", Config(jobs=1))
    assert {row[0] for row in expected.values()} > {"keep", "drop"}
    assert {name: row[:3] for name, row in found.items()} == {name: row[:3] for name, row in expected.items()}
    assert all(found[name][3] == row[3] for name, row in expected.items() if row[0] != "drop")
