"""A Spark that does not start is one sentence, at once where that can be."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from feedtools.errors import FeedtoolsError
from feedtools.scale.session import reason, session

pyspark = pytest.importorskip("pyspark", reason="PySpark is not installed")


@pytest.fixture(autouse=True)
def java(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedtools.scale.session.check_java", lambda: None)


@pytest.mark.parametrize(
    "places", ["127.0.0.1:1", "127.0.0.1:1,[::1]:1", "127.0.0.1", "127.0.0.1:none", "127.0.0.1:99999"]
)
def test_a_dead_master_is_said_at_once(places: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before Spark, which tries for more than a minute, is asked at all."""
    monkeypatch.setattr(pyspark.sql.SparkSession.Builder, "getOrCreate", lambda _: pytest.fail("Spark was asked"))
    with pytest.raises(FeedtoolsError, match=r"no master of Spark answers at spark://"):
        session(f"spark://{places}")


def test_one_of_several_masters_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    from py4j.protocol import Py4JError

    def start(_: Any) -> None:
        raise Py4JError("o1: java.lang.IllegalStateException: Cannot call methods on a stopped SparkContext.\nmore")

    monkeypatch.setattr(pyspark.sql.SparkSession.Builder, "getOrCreate", start)
    with socket.socket() as living:
        living.bind(("127.0.0.1", 0))
        living.listen()
        with pytest.raises(FeedtoolsError, match=r"Spark did not start at .*: it ended while it started") as caught:
            session(f"spark://127.0.0.1:1,127.0.0.1:{living.getsockname()[1]}")
    assert "\n" not in str(caught.value)


def test_the_reason_is_one_line_without_names_of_classes() -> None:
    said = "An error occurred\nCaused by: java.io.IOException: file:/a/b: Permission denied\n\tat java.base/x"
    assert reason(Exception(said)) == "file:/a/b: Permission denied"
