"""A shared store named on the command line: ``redis://`` works as an index does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_cli import HEADER, JSONL, Run

pytest.importorskip("redis", reason="the redis package is not installed")

ARTICLE = "空洞卷积用同样多的参数看得更远,分割任务因此受益,检测任务也一样,只是边缘会变得粗糙一些,需要别的办法来补。"


def test_check_and_clean_ask_the_store_that_the_address_names(server: str, tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text(HEADER + ARTICLE + "\n", encoding="utf-8")
    (tmp_path / "new.txt").write_text(HEADER + ARTICLE[:-12] + "...\n", encoding="utf-8")
    assert Run(tmp_path, "check", "new.txt", "--against", server, "--select", "FT9").code == 0
    assert Run(tmp_path, "index", "add", "old.txt", "--index", server).code == 0
    assert Run(tmp_path, "check", "new.txt", "--against", server, "--select", "FT9", *JSONL).codes() == [
        "new.txt FT903"
    ]
    run = Run(tmp_path, "clean", "new.txt", "-o", "out", "--index", server)
    assert run.code == 0, run.err
    assert "1 dropped" in run.err
