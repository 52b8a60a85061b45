"""Every rule does as its own file says, and a file that is no rule is refused with the reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedtools.check.duplicates import feed_check
from feedtools.errors import ConfigError, RuleError
from feedtools.lint import examples
from feedtools.lint.checks import resolve
from feedtools.lint.engine import lint
from feedtools.lint.marked import unmark
from feedtools.lint.rules import Rule, builtin, configure, load, load_folder, select, unknown_rule
from feedtools.model import Article, Span

RULES = builtin()
ALL = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


@pytest.mark.parametrize("case", list(examples.cases(RULES)), ids=lambda case: case.name)
def test_example(case: examples.Case) -> None:
    """A blind spot must still be one: curing it moves its example to ``bad``."""
    assert examples.failure(case, feed_check) is None


@ALL
def test_a_rule_shows_what_it_finds_and_what_it_leaves_alone(rule: Rule) -> None:
    assert rule.bad
    assert rule.good
    texts = [example.text for example in (*rule.bad, *rule.good, *rule.missed)]
    assert len(set(texts)) == len(texts), "the same example twice"


@ALL
def test_a_rule_file_is_named_after_its_rule_and_passes_the_checks_for_foreign_rules(rule: Rule) -> None:
    assert rule.path.name == f"{rule.id}-{rule.name}.toml"
    assert load(rule.path) == rule._replace(trusted=False)


@ALL
def test_a_rule_explains_itself(rule: Rule) -> None:
    assert re.fullmatch(r"[^\n]+", rule.message)
    assert not rule.message.endswith("."), "a message is a clause, not a sentence"
    assert re.fullmatch(r"[^\n]{8,90}[^\n.]", rule.summary), "a summary is one short line, and no sentence"
    assert len(rule.why.split()) >= 10
    if rule.finder == "check":
        assert callable(resolve(rule.value))


@ALL
@given(text=st.text(st.characters() | st.sampled_from("\\()[]{}$_^-… .1a的:、\x00\ud800\u200f𝑥"), max_size=60))
def test_a_rule_takes_any_text(rule: Rule, text: str) -> None:
    if rule.scope == "article":
        for finding in lint([Article("f", 1, text)], [rule]).findings:
            assert 0 <= finding.span.start < finding.span.end <= len(text)


VALID = """
id = "XY101"
name = "double-comma"
level = "warning"
confidence = "high"
message = "two commas"
why = "One is enough."
keywords = [",,"]
pattern = ',,+'
[fix]
replace = ','
safety = "safe"
[[bad]]
text = '一⟦,,⟧二'
fixed = '一,二'
[[good]]
text = '一,二'
"""


def test_a_rule_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(VALID, encoding="utf-8")
    rule = load(path)
    assert (rule.id, rule.status, rule.scope, rule.finder, rule.trusted) == (
        "XY101",
        "stable",
        "article",
        "pattern",
        False,
    )
    assert rule.summary == "One is enough."
    path.write_text(VALID.replace("message", 'summary = "Two commas in a row"\nmessage'), encoding="utf-8")
    assert load(path).summary == "Two commas in a row"
    assert rule.bad[0].text == "一,,二"
    assert rule.bad[0].spans == (Span(1, 3),)
    assert [examples.failure(case) for case in examples.cases([rule])] == [None, None]


BROKEN = {
    "not TOML": ("", 'id = "', "not a TOML rule file"),
    "unknown key": ("status", 'colour = "red"\n', "unknown key 'colour'; expected one of id, name"),
    "missing key": ('why = "One is enough."\n', "", "missing key 'why'"),
    "wrong type": ('"two commas"', "3", "message: expected a text, found a whole number"),
    "bad id": ("XY101", "X1", "id 'X1': expected two to eight capitals and three digits"),
    "bad name": ("double-comma", "Double Comma", "name 'Double Comma': expected lower-case words"),
    "bad level": ('"warning"', '"fatal"', "level 'fatal': expected error, warning, note"),
    "bad confidence": ('"high"', '"sure"', "confidence 'sure': expected high, medium, low"),
    "bad status": ("keywords", 'status = "new"\nkeywords', "status 'new': expected stable, preview, off"),
    "bad scope": ("keywords", 'scope = "word"\nkeywords', "scope 'word': expected article, transmission, feed"),
    "no finder": ("pattern = ',,+'\n", "", "expected exactly one of pattern, words, check, found none"),
    "two finders": ("keywords", "words = 'w.tsv'\nkeywords", "expected exactly one of pattern, words, check, found"),
    "bad regex": ("',,+'", "'(,,+'", "pattern: missing )"),
    "bad trigger": ("keywords", "trigger = '['\nkeywords", "trigger: "),
    "bad replacement": ("replace = ','", r"replace = '\g<9>'", "fix.replace: "),
    "keywords are no list of words": ('[",,"]', "[1]", "keywords: expected a list of non-empty strings"),
    "empty keyword": ('[",,"]', '[""]', "keywords: expected a list of non-empty strings"),
    "keywords lose a bad example": ('[",,"]', '[",,,"]', "keywords lose the bad example '一,,二'"),
    "trigger loses a bad example": ('keywords = [",,"]', "trigger = 'x'", "trigger loses the bad example '一,,二'"),
    "unknown fix key": ("safety", "care", "unknown key fix.care; expected replace, safety"),
    "bad safety": ('"safe"', '"sure"', "fix.safety 'sure': expected display, unsafe, confident, safe"),
    "replacement that is no text": ("replace = ','", "replace = 3", "fix.replace: expected a string, found 3"),
    "fixed text that is none": ("fixed = ", "fixed = 4\nnote = ", "bad example 1: fixed: expected a string, found 4"),
    "note that is no text": ("fixed = ", "note = 3\nfixed = ", "bad example 1: note: expected a string, found 3"),
    "unmarked bad example": ("⟦,,⟧", ",,", "bad example 1: expected the span to report between ⟦ and ⟧"),
    "unclosed mark": (",,⟧", ",,", "⟦ without ⟧"),
    "unopened mark": ("⟦,,", ",,", "⟧ without ⟦"),
    "example without text": ("text = '一,二'", "note = 'x'", "good example 1: expected a table with a text"),
    "unknown example key": ("fixed", "fixt", "bad example 1: unknown key 'fixt'; expected text, fixed, note, grade"),
    "unknown grade": ("fixed = ", "grade = 'sure'\nfixed = ", "bad example 1: grade 'sure': expected error, warning"),
    "grade that is no text": ("fixed = ", "grade = 1\nfixed = ", "bad example 1: grade: expected a string"),
    "grades of more spans": ("fixed = ", "grade = 'low,low'\nfixed = ", "bad example 1: 2 grades for 1 spans"),
}


@pytest.mark.parametrize(("old", "new", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_rule_file_is_refused_with_its_name_and_the_reason(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "x.toml"
    changed = VALID.replace(old, new, 1) if old and old in VALID else new + VALID
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)


@pytest.mark.parametrize("change", [("XY101", "XY102"), ("double-comma", "triple-comma")])
def test_two_rules_with_one_id_or_name_are_refused(tmp_path: Path, change: tuple[str, str]) -> None:
    (tmp_path / "a.toml").write_text(VALID, encoding="utf-8")
    (tmp_path / "b.toml").write_text(VALID.replace(*change), encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        load_folder(tmp_path)
    shared = "double-comma" if change[0] == "XY101" else "XY101"
    assert str(caught.value).startswith(f"{tmp_path / 'b.toml'}: {shared} is already the rule in {tmp_path / 'a.toml'}")


def test_a_folder_without_rules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"no rule files here; expected \*\.toml"):
        load_folder(tmp_path)


def test_an_example_that_fails_says_how(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    wrong = VALID.replace("text = '一,二'", "text = '一,,二'").replace("fixed = '一,二'", "fixed = '一二'")
    path.write_text(f"{wrong}[[missed]]\ntext = '三⟦,,,⟧四'\n[[bad]]\ntext = '⟦五,,⟧六'\n", encoding="utf-8")
    assert {case.name: examples.failure(case) for case in examples.cases([load(path)])} == {
        "XY101-bad-1": "the fix gives '一,二', expected '一二'",
        "XY101-bad-2": "expected '五,,' at 0, found ',,' at 1",
        "XY101-good-1": "false alarm at ',,' at 1",
        "XY101-missed-1": "is found now: move it to [[bad]]",
    }


@pytest.mark.parametrize(
    ("grade", "said"),
    [
        ("", None),
        ("warning high safe", None),
        ("note", "',,' at 1 is graded 'warning high safe', expected 'note high safe'"),
        ("low", "',,' at 1 is graded 'warning high safe', expected 'warning low safe'"),
        ("unsafe", "',,' at 1 is graded 'warning high safe', expected 'warning high unsafe'"),
    ],
)
def test_an_example_says_how_its_findings_are_graded(tmp_path: Path, grade: str, said: str | None) -> None:
    path = tmp_path / "x.toml"
    path.write_text(VALID.replace("fixed = ", f"grade = '{grade}'\nfixed = "), encoding="utf-8")
    assert examples.failure(next(examples.cases([load(path)]))) == said


def test_each_span_of_an_example_has_a_grade_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    two = VALID.replace("text = '一⟦,,⟧二'\nfixed = '一,二'", "text = '一⟦,,⟧二⟦,,⟧三'\ngrade = 'safe, note'")
    path.write_text(two, encoding="utf-8")
    said = examples.failure(next(examples.cases([load(path)])))
    assert said == "',,' at 4 is graded 'warning high safe', expected 'note high safe'"


@pytest.mark.parametrize(
    ("marked", "text", "spans"),
    [
        ("无", "无", ()),
        ("⟦a⟧b⟦c⟧", "abc", ((0, 1), (2, 3))),
        ("⟦a⟦b⟧c⟧", "abc", ((0, 3), (1, 2))),
        ("x⟦𝑒⟧", "x𝑒", ((1, 2),)),
    ],
)
def test_unmark(marked: str, text: str, spans: tuple[tuple[int, int], ...]) -> None:
    assert unmark(marked) == (text, spans)


def pack(*codes: str) -> list[Rule]:
    """Rules of these codes; ``?`` after one puts it in preview."""
    return [
        RULES[0]._replace(
            id=code.rstrip("?"), name=f"name-{code.rstrip('?')}", status="preview" if "?" in code else "stable"
        )
        for code in codes
    ]


@pytest.mark.parametrize(
    ("chosen", "ignored", "extended", "runs"),
    [
        ([], [], [], "FT101 FT201 FT210"),
        (["ALL"], [], [], "FT101 FT201 FT210"),
        (["FT2"], [], [], "FT201 FT210"),
        (["FT2"], ["FT21"], [], "FT201"),
        (["FT210"], ["FT2"], [], "FT210"),
        (["FT21"], ["FT2"], [], "FT210"),
        (["FT2"], ["FT2"], [], ""),
        (["FT201", "FT1"], [], [], "FT101 FT201"),
        ([], ["FT"], [], ""),
        ([], ["ALL"], [], ""),
        (["ALL"], ["FT2"], [], "FT101"),
        (["name-FT201"], [], [], "FT201"),
        ([], ["name-FT201"], [], "FT101 FT210"),
        ([], [], ["FT301"], "FT101 FT201 FT210 FT301"),
        (["FT301"], [], [], "FT301"),
        (["FT3"], [], [], ""),
        (["FT1"], [], ["FT2"], "FT101 FT201 FT210"),
    ],
)
def test_the_longest_prefix_decides(chosen: list[str], ignored: list[str], extended: list[str], runs: str) -> None:
    rules = pack("FT101", "FT201", "FT210", "FT301?")
    assert " ".join(rule.id for rule in select(rules, chosen, ignored, extended)) == runs


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_unknown_code_is_refused(place: int) -> None:
    codes: list[list[str]] = [[], [], []]
    codes[place] = ["FT999"]
    with pytest.raises(ConfigError, match="unknown rule 'FT999'"):
        select(pack("FT101"), *codes)


def test_a_part_of_a_name_is_met_with_the_names_that_have_it() -> None:
    rules = [pack("FT101")[0]._replace(name=f"{word}-duplicate", id=f"FT10{n}") for n, word in enumerate("abcd")]
    assert "did you mean c-duplicate?" in str(unknown_rule("c", rules))
    assert "did you mean a-duplicate, b-duplicate, c-duplicate …" in str(unknown_rule("duplicate", rules))


def test_levels_and_options_are_configured_by_code_or_name() -> None:
    rule = pack("FT101")[0]._replace(options={"words": ["a"]})
    assert configure([rule], {"FT101": {"level": "note"}})[0].level == "note"
    assert configure([rule], {"name-FT101": {"words": ["b"]}})[0].options == {"words": ["b"]}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"FT999": {}}, r"\[rules.FT999\]: unknown rule"),
        ({"FT101": {"level": "fatal"}}, "level 'fatal': expected error, warning, note"),
        ({"FT101": {"colour": 1}}, "unknown option 'colour'; expected level"),
    ],
)
def test_a_wrong_configuration_of_a_rule_is_refused(table: dict[str, dict[str, object]], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        configure([pack("FT101")[0]._replace(options={})], table)


@pytest.mark.parametrize(("typed", "meant"), [("FT2O1", "FT201"), ("ft21O", "FT210"), ("FTlOl", "FT101")])
def test_letters_that_look_like_digits_are_read_as_those(typed: str, meant: str) -> None:
    assert f"did you mean {meant}?" in str(unknown_rule(typed, pack("FT101", "FT201", "FT210", "FT212")))
