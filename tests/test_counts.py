"""One definition for every count: ``check``, ``--statistics``, ``dedup``, ``clean`` and both reports agree."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from feedtools.cli import cli
from tests.places import FEED

HEAD = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n"
FIRST = "把盐放进冷水里要搅很久,放进热水里一转眼就化了,但化得快不等于化得多,盐的溶解度和水温几乎没有关系。"
SECOND = "糖正好相反,热水里能化的是冷水里的两倍还多,所以浓糖浆放凉以后会在锅底结出一层晶体来,要慢慢地收。"
THIRD = "蒸馒头的碱要看天气放,天热面发得快,酸得也快,碱就多一点;天冷反过来,全凭手上的数,写不进书里去。"


def feeds(folder: Path, name: str) -> Path:
    """Write one of the feeds."""
    place = folder / name
    place.mkdir()
    if name == "sample":
        for path in FEED.glob("*.txt"):
            (place / path.name).write_bytes(path.read_bytes())
    elif name == "copies":  # a cluster of three, a cut copy, one that is clean
        (place / "a.txt").write_text(f"{HEAD}{FIRST}\n{SECOND}\n{THIRD}\n", encoding="utf-8")
        (place / "b.txt").write_text(f"{HEAD}{FIRST}\n{SECOND[:36]}...\n", encoding="utf-8")
        (place / "c.txt").write_text(f"{HEAD}{FIRST}\n", encoding="utf-8")
    elif name == "grouped":  # of a grouped rule one finding per file counts
        rows = [f"{FIRST}\u3000{number}\u3000。" for number in range(2)] + [f"{THIRD}\u3000第二。"]
        (place / "a.jsonl").write_text(
            "".join(json.dumps({"id": f"{n}", "text": row}, ensure_ascii=False) + "\n" for n, row in enumerate(rows)),
            encoding="utf-8",
        )
    elif name == "frame":  # what is wrong with a file, not with an article
        (place / "a.txt").write_bytes(f"{HEAD}{FIRST}\r\n{SECOND}\n".encode())
        (place / "b.txt").write_text(f"{THIRD}\n", encoding="utf-8")
    else:
        (place / "a.txt").write_text(f"{HEAD}{FIRST}\n{SECOND}\n", encoding="utf-8")
    return place


def run(*arguments: object) -> str:
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    assert result.exit_code in {0, 1}, result.output
    return result.output


def numbers(text: str, pattern: str) -> list[int]:
    found = re.search(pattern, text)
    return [int(one.replace(",", "")) for one in found.groups()] if found else []


def shown(page: str) -> dict[str, int]:
    """The numbers at the head of a report, and those of the account."""
    heads = re.findall(r"<li><a href=#(\w+)>[^<]*</a> <b>([\d,]+)</b>", page)
    facts = re.findall(r"<dt>([^<]+)<dd>([\d,]+)</div>", page)
    return {name: int(amount.replace(",", "")) for name, amount in [*heads, *facts]}


def charted(page: str) -> list[int]:
    """What the table of rules, the table of files and the columns of a report add up to."""
    parts = re.findall(r'<(tr|g) data-c="([^"]*)"', page)
    by_kind = {"tr": 0, "g": 0}
    for kind, told in parts:
        by_kind[kind] += sum(int(amount) for amount in re.findall(r" (\d+)(?:,|$)", told))
    rules = sum(int(n.replace(",", "")) for n in re.findall(r"<tr data-r=.*?<td class=n>([\d,]+)<", page))
    return [rules, by_kind["tr"], by_kind["g"]]


def check_edits(out: Path, facts: dict[str, int], page: str) -> None:
    """The report counts the changes that the manifest has."""
    rows = [json.loads(line) for line in (out / "manifest.jsonl").read_text("utf-8").splitlines()]
    published = [row for row in rows if row.get("action") in {"keep", "fix", "restore"}]
    edits = [edit["by"] for row in published for edit in row.get("edits", ())]
    own = [by for by in edits if not all(name.startswith("restored ") for name in by)]
    assert facts["fixes made"] == page.count('<li class="item fix ') == len(own)
    assert facts["repairs from copies"] == page.count("class='tag applied'")
    assert bool(facts["repairs from copies"]) == (len(edits) > len(own))


def check_remains(published: Path, facts: dict[str, int]) -> None:
    """What remains is what ``check`` finds in what was published."""
    left = run("check", published, "--output-format", "jsonl", "--no-duplicates")
    again = [json.loads(line) for line in left.splitlines() if line[0] == "{" and "/held/" not in line]
    again = [one for one in again if one["rule"] != "FT603"]  # a file that lost all its articles: the closing names it
    assert len(again) == facts["remains"]


@pytest.mark.parametrize("name", ["sample", "copies", "grouped", "frame", "clean"])
def test_every_count_is_the_same_wherever_it_is_said(tmp_path: Path, name: str) -> None:
    feed, web = feeds(tmp_path, name), tmp_path / "check.html"
    found = [json.loads(line) for line in run("check", feed, "--output-format", "jsonl").splitlines() if line[0] == "{"]
    copies = [one for one in found if one["rule"].startswith("FT90") and one["rule"] != "FT906"]
    said = run("check", feed, "--level", "note", "--output-format", "text", "--output-format", f"html:{web}")
    articles, files = numbers(said, r"in ([\d,]+) articles? of ([\d,]+) files?") or (None, None)
    levels = [sum(one["level"] == level for one in found) for level in ("error", "warning", "note")]
    told = [sum(numbers(said, rf"\b([\d,]+) {level}s?\b")) for level in ("error", "warning", "note")]
    assert told == levels
    statistics = run("check", feed, "--statistics")
    assert sum(int(n) for n in re.findall(r"^ *(\d+)  FT\d+", statistics, re.MULTILINE)) == len(found)

    page = web.read_text(encoding="utf-8")
    assert shown(page)["remains"] == len(found)
    assert not found or charted(page) == [len(found)] * 3

    deduplicated = run("dedup", feed)
    rows = [json.loads(line) for line in deduplicated.splitlines() if line[0] == "{"]
    clusters = len({row["cluster"] for row in rows})
    assert sum(row["action"] == "drop" for row in rows) == len(copies)
    assert numbers(deduplicated, r"([\d,]+) cop(?:y|ies) of ([\d,]+) articles?") == [len(copies), clusters]
    assert numbers(said, r"([\d,]+) cop(?:y|ies) of ([\d,]+) articles?") == ([len(copies), clusters] if copies else [])
    assert shown(page).get("copies", 0) == clusters

    closing = run("clean", feed, "-o", tmp_path / "out")
    pattern = r"([\d,]+) articles? in ([\d,]+) files? = ([\d,]+) kept \+ ([\d,]+) dropped \+ ([\d,]+) held"
    total, inputs, kept, dropped, held = numbers(closing, pattern)
    if articles is not None:
        assert (total, inputs) == (articles, files)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    facts = shown(page)
    assert (dropped, total) == (len(copies), kept + dropped + held)
    assert (facts["todo"], facts.get("copies", 0), facts["clusters of copies"]) == (held, clusters, clusters)
    assert facts["remains"] == facts["findings remain"]
    told = numbers(closing, r"\(([\d,]+) fixed, ([\d,]+) restored\)")
    assert [facts["articles fixed"], facts["articles restored"]] == told
    assert facts["suggestions offered"] == sum(numbers(closing, r"([\d,]+) suggestions? offered"))
    check_edits(tmp_path / "out", facts, page)
    assert not facts["remains"] or charted(page) == [facts["remains"]] * 3
    check_remains(tmp_path / "out" / ("a.jsonl" if name == "grouped" else "."), facts)
