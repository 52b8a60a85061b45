"""Everything that decides an output has its say in whether an interrupted run goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from feedtools.clean.lookup import Stores
from feedtools.clean.resume import changed, deciding, note
from feedtools.config import Config, policy
from feedtools.dedup.index.updates import IndexWriter
from feedtools.lint.checks.base import Evidence
from feedtools.lint.rules import load_folder
from feedtools.model import Article
from tests.clean.test_staging import PACK

CONFIGURATION, RULES = "the configuration", "the rules"
OTHERS = "exceptions, baseline or decisions"


class Project:
    """A folder with all that decides an output."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.config = Config(root=root, learned="learned.tsv", baseline="baseline.json", rule_packs=("pack",))
        self.evidence = Evidence({"modelfree": "model-free"})
        self.inputs = "as they are"
        self.originals = b"as they are"
        (root / "pack").mkdir()
        self.write("pack/XX001.toml", PACK)
        self.write("pack/dogs.txt", "狗\t犬\n")
        for name in ("learned.tsv", "baseline.json", "feedtools-allow.toml", "feedtools-decisions.jsonl"):
            self.write(name, "")
        self.publish("一篇早就登过的旧文章,讲的是怎样在冬天把水管包起来,免得它冻裂。")

    def write(self, name: str, text: str) -> None:
        (self.root / name).write_text(text, encoding="utf-8")

    def publish(self, text: str) -> None:
        with IndexWriter(self.root / "i.sqlite", create=True) as index:
            index.add([Article("old.txt", 4, text)])

    def digests(self) -> dict[str, str]:
        stores = Stores(str(self.root / "i.sqlite"), None, self.originals)
        rules = load_folder(self.root / "pack", examples=False)
        return deciding(self.config, rules, self.evidence, stores, self.inputs)


def configured(**values: object) -> Callable[[Project], None]:
    def change(project: Project) -> None:
        project.config = project.config._replace(**values)  # type: ignore[arg-type]

    return change


CHANGES: dict[str, tuple[Callable[[Project], object], str]] = {
    "an input": (lambda it: setattr(it, "inputs", "others"), "the inputs"),
    "the policy": (configured(clean=policy({"hold": "never"})), CONFIGURATION),
    "a kind of the policy": (configured(clean=policy({"kinds": {"near": "keep"}})), CONFIGURATION),
    "the key of the text": (configured(text_key="body"), CONFIGURATION),
    "the renderers": (configured(renderers={"house": {"deletes": "-"}}), CONFIGURATION),
    "a pattern": (lambda it: it.write("pack/XX001.toml", PACK.replace("a dog", "a hound")), RULES),
    "a word list": (lambda it: it.write("pack/dogs.txt", "猫\t犬\n"), RULES),
    "what the feed taught": (lambda it: setattr(it, "evidence", Evidence({})), "the compounds that were learned"),
    "what was learned": (lambda it: it.write("learned.tsv", "a\tb\n"), "the compounds that were learned"),
    "the baseline": (lambda it: it.write("baseline.json", "{}"), OTHERS),
    "an exception": (lambda it: it.write("feedtools-allow.toml", "[[allow]]"), OTHERS),
    "a decision": (lambda it: it.write("feedtools-decisions.jsonl", "{}"), OTHERS),
    "the index": (lambda it: it.publish("又登了一篇新的,讲的是怎样在夏天把水管拆下来。"), "the index"),
    "an original": (lambda it: setattr(it, "originals", b"others"), "the originals"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_decides_the_output_is_noticed_and_named(tmp_path: Path, name: str) -> None:
    project = Project(tmp_path)
    note(tmp_path / "state", project.digests())
    assert changed(tmp_path / "state", project.digests()) == []
    change, said = CHANGES[name]
    change(project)
    assert changed(tmp_path / "state", project.digests()) == [said]


@pytest.mark.parametrize("values", [{"jobs": 7}, {"cache": False}, {"fail_on": "note"}])
def test_what_decides_nothing_is_none_of_it(tmp_path: Path, values: dict[str, object]) -> None:
    project = Project(tmp_path)
    before = project.digests()
    configured(**values)(project)
    assert project.digests() == before


def test_where_there_was_no_run_nothing_changed(tmp_path: Path) -> None:
    assert changed(tmp_path / "state", Project(tmp_path).digests()) is None


@pytest.mark.parametrize("left", [b"", b"{", b"[]", b'{"the inputs": 1}'])
def test_a_state_that_was_cut_is_of_another_run(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "state").write_bytes(left)
    digests = Project(tmp_path).digests()
    assert changed(tmp_path / "state", digests) == list(digests)
