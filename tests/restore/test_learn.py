"""A renderer is learned from its work: what it was rendered with comes out again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from feedtools.restore.learn import Learned
from feedtools.restore.learn import learn as learn_all
from feedtools.text.renderers import Renderer, shipped
from tests.places import SAMPLE
from tests.sample.render import cut, render

ORIGINALS = [path.read_text(encoding="utf-8") for path in sorted((SAMPLE / "originals").glob("*.md"))]
PROSE = (
    "The state-of-the-art model – trained for ten days – uses self-attention, not recurrence, and a key–value cache. "
)
DASHES = PROSE * 2 + "Its two-stage sampler draws twenty–thirty candidates and keeps the best-of-n answer of every run."


def learn(pairs: Iterable[tuple[str, str]]) -> dict[str, object]:
    """The table of the only renderer that is found."""
    (only,) = learn_all(pairs)
    return only.fields


def learned(one: Renderer, originals: list[str]) -> dict[str, object]:
    return learn((cut(render(text, one), one), text) for text in originals)


@pytest.mark.parametrize("name", ["keeping", "deleting", "wechat", "newsletter"])
def test_what_was_rendered_comes_out_again(name: str) -> None:
    one = shipped()[name]
    found = learned(one, ORIGINALS)
    for key in ("inline-math", "display-math"):
        assert found[key] == getattr(one, key.replace("-", "_"))
    assert found.get("bare-math", False) == one.bare_math
    assert ("-" in str(found.get("deletes", ""))) == ("-" in one.deletes)


@pytest.mark.parametrize(("name", "length"), [("keeping", 500), ("deleting", 350)])
def test_the_cut_is_found_to_the_character(name: str, length: int) -> None:
    found = learned(shipped()[name], ORIGINALS)
    assert (found["cut"], found["ellipsis"], "cut-at" in found) == (length, "...", False)


def test_a_cut_between_words_is_told_from_one_between_characters() -> None:
    words = ("one", "seven", "a hundred", "no", "forty-two", "innumerable")
    english = [f"There are {many} sheep here. {DASHES}" for many in words]
    found = learned(Renderer("x", cut=130, cut_at="word", ellipsis="…"), english)
    assert found["cut-at"] == "word"
    assert 115 <= found["cut"] <= 130  # type: ignore[operator]
    assert found["ellipsis"] == "…"


def test_what_is_written_instead_of_a_mark_is_found() -> None:
    one = Renderer("x", replaces={"–": "-"})
    assert learned(one, [DASHES.replace(" – ", "–")])["replaces"] == {"–": "-"}


def test_one_place_is_too_little_and_two_are_enough() -> None:
    one = Renderer("x", deletes="-")
    once = "A self-attention layer reads every word of the sentence and weighs what the others say about it."
    assert "deletes" not in learned(one, [once])
    assert learned(one, [once + " The key-value cache is read again for each of them."])["deletes"] == "-"


def test_a_mark_that_survives_as_often_is_not_deleted() -> None:
    text = "one-two three-four five-six seven-eight nine-ten, all of it in words that agree with each other"
    assert "deletes" not in learn([(text.replace("-", "", 3), text)])
    assert learn([(text.replace("-", ""), text)])["deletes"] == "-"


def test_markup_that_no_renderer_prints_is_not_called_deleted() -> None:
    assert "deletes" not in learned(Renderer("x"), ["A **bold** word and a **second** one, then **a third** of them."])


def test_nothing_is_learned_from_nothing() -> None:
    assert learn([]) == {}
    assert learn([("", "text"), ("text", "")]) == {}


def test_the_command_prints_a_table_that_the_configuration_takes(tmp_path: Path) -> None:
    import tomllib

    from click.testing import CliRunner

    from feedtools.cli.renderers import renderers
    from feedtools.config import parse

    one = shipped()["newsletter"]
    lines = [cut(render(text, one), one) for text in ORIGINALS]
    (tmp_path / "sample.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    run = CliRunner().invoke(
        renderers, ["learn", str(tmp_path / "sample.txt"), str(SAMPLE / "originals"), "--name", "a"]
    )
    assert run.exit_code == 0, run.output
    table = tomllib.loads(run.stdout)
    assert table["renderers"]["a"]["inline-math"] == "[equation]"
    assert parse(table, tmp_path / "feedtools.toml").renderers["a"]["cut-at"] == "word"


def test_the_command_refuses_what_has_no_original(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from feedtools.cli.renderers import renderers

    (tmp_path / "sample.txt").write_text("Nothing of this was ever written by anyone else before today.\n")
    run = CliRunner().invoke(renderers, ["learn", str(tmp_path / "sample.txt"), str(SAMPLE / "originals")])
    assert run.exit_code == 1
    assert "no article of" in str(run.exception)


SENTENCES = [
    f"The {name} of it takes care. Then it rests a while, and the {name} looks on. After that the {name} goes home."
    " At the end of the day nobody knows how many there were, and nobody asks about them any more either."
    for name in ("gardener", "fox", "astronomer", "mill", "apprentice")
]


def test_a_cut_behind_sentences_is_told_and_its_limit_is_round() -> None:
    limits = [text[:130].rindex(".") + 1 for text in SENTENCES]
    pairs = [(f"{text[:limit]} [more]", text) for text, limit in zip(SENTENCES, limits, strict=True)]
    assert max(limits) < 130
    assert learn(pairs) == {"cut": -(-max(limits) // 10) * 10, "cut-at": "sentence", "ellipsis": " [more]"}


@pytest.mark.parametrize("end", ["..", " (...)", " [more]", "…"])
def test_ends_of_other_forms_are_found_where_a_blank_of_the_text_stands_before_some(end: str) -> None:
    pairs = [(text[:100] + end, text) for text in SENTENCES]
    pairs += [(text[:100] + end, text) for text in [SENTENCES[0][:99] + " " + SENTENCES[0][99:]]]
    found = learn(pairs)
    assert (found["cut"], found["ellipsis"]) == (100, end)


def test_formulas_printed_as_text_are_known_though_marks_of_them_are_gone() -> None:
    text = r"The scale of it is $\sqrt{d_k}$ here, and its square is $\frac{a_i}{2}$ there, as the table below says."
    shown = text.replace("$", "").replace("_", "")
    assert learn([(shown, text)])["inline-math"] == "text"


def test_formulas_that_keep_their_dollars_are_delimited() -> None:
    text = r"The scale of it is $\alpha_i$ here, and its square is $\beta_i^2$ there, as the table below says."
    assert learn([(text, text)]) == {"inline-math": "delimited"}


def test_a_cut_inside_words_is_the_longest_that_was_seen() -> None:
    inside = [at for at in range(80, 129) if SENTENCES[0][at - 1 : at + 1].isalpha()]
    assert max(inside) % 10
    found = learn((SENTENCES[0][:at] + "...", SENTENCES[0]) for at in inside)
    assert (found["cut"], found["cut-at"]) == (max(inside), "character")


def rendered_by(names: list[str]) -> list[tuple[str, str]]:
    """The originals, rendered by one renderer after the other."""
    tables = [shipped()[name] for name in names]
    chosen = [tables[number % len(tables)] for number in range(len(ORIGINALS))]
    return [(cut(render(text, one), one), text) for text, one in zip(ORIGINALS, chosen, strict=True)]


def test_articles_of_two_renderers_are_told_apart() -> None:
    found = learn_all(rendered_by(["keeping", "deleting"]))
    assert [one.fields["inline-math"] for one in found] == ["delimited", "[Math]"]
    assert [(one.fields["cut"], one.fields["code"]) for one in found] == [(500, "dropped"), (350, "[代码]")]
    assert [one.unclear for one in found] == [(), ()]
    assert all(one.articles <= 20 for one in found)  # none is counted to the other one


def test_three_renderers_are_told_apart_by_their_placeholders() -> None:
    text = r"The scale of it is $\alpha_i$ here, and its square is $\beta_i^2$ there, as the table below says."
    holders = ("[Math]", "[equation]", "<math/>")
    pairs = [(re.sub(r"\$.*?\$", holder, text), text) for holder in holders for _ in range(2)]
    assert {one.fields["inline-math"] for one in learn_all(pairs)} == set(holders)
    assert {one.fields.get("inline-math") for one in learn_all(pairs[:5])} == set(holders[:2])  # one is too little


def test_one_article_that_differs_makes_no_renderer() -> None:
    pairs = rendered_by(["deleting"])
    strange = next(number for number, (rendered, _) in enumerate(pairs) if "[Math]" in rendered)
    pairs[strange] = rendered_by(["keeping"])[strange]
    found = learn_all(pairs)
    assert len(found) == 1
    assert found[0].fields["inline-math"] == "[Math]"


def test_what_every_article_contradicts_itself_about_is_unclear_and_not_too_little() -> None:
    text = r"The scale of it is $\alpha_i$ here, and its square is $\beta_i^2$ there, as the table below says."
    shown = text.replace(r"$\alpha_i$", "[f]")
    assert learn_all([(shown, text)] * 3) == [Learned({}, 3, ("inline-math",))]


def test_the_command_prints_a_table_for_each_renderer(tmp_path: Path) -> None:
    import tomllib

    from click.testing import CliRunner

    from feedtools.cli.renderers import renderers
    from feedtools.config import parse

    pairs = rendered_by(["keeping", "deleting"])
    (tmp_path / "sample.txt").write_text("\n".join(text for text, _ in pairs) + "\n", encoding="utf-8")
    run = CliRunner().invoke(renderers, ["learn", str(tmp_path / "sample.txt"), str(SAMPLE / "originals")])
    assert run.exit_code == 0, run.output
    table = tomllib.loads(run.stdout)
    assert set(parse(table, tmp_path / "feedtools.toml").renderers) == {"mine-1", "mine-2"}
    assert "they were rendered in 2 ways" in run.stderr


def test_the_command_prints_no_table_where_nothing_was_learned(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from feedtools.cli.renderers import renderers

    plain = tmp_path / "plain.txt"
    plain.write_text("Nothing in this article would have to be changed by a renderer of any kind at all.\n")
    run = CliRunner().invoke(renderers, ["learn", str(plain), str(plain)])
    assert (run.exit_code, run.stdout) == (1, "")
    assert "none shows what its renderer does" in str(run.exception)
