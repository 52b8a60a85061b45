"""The first section of the page: what waits for a person, whole and with what releases it."""

from __future__ import annotations

import re
from collections import Counter
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from feedtools.report.jsonl import dumps
from feedtools.report.page.marks import marked, plain, repaired
from feedtools.report.page.parts import Facts, heading, item, named, part, place, plain_attribute, text, told, where
from feedtools.report.page.words import alone
from feedtools.report.regions import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from feedtools.model import Finding
    from feedtools.report.page.data import CopyGroup, Held, Repair, RunReport
    from feedtools.report.page.marks import FormulaMarks
    from feedtools.report.page.words import Words

SHOWN = 1000
"""Articles, and likewise repairs, that are shown; the account counts them all."""
ROOM = 700_000
"""Bytes of held articles after which they are listed by place and reason alone, so that the page stays below 5 MB."""
OWN = 200
"""Dropped copies with text of their own that are shown."""
REASONS = 60
"""Rows of the table of reasons."""
UNIQUE = 12
"""Letters and digits in a row that only the dropped copy has, from which it is worth a look."""
REPAIRS = {
    "placeholder": "placeholder filled",
    "bare": "formula delimited",
    "broken": "formula mended",
    "joined": "hyphen restored",
    "operator": "operator restored",
    "number": "item numbered",
    "tail": "cut sentence completed",
    "figure": "name of a picture",
    "table": "rows of a table",
    "extension": "completed from another excerpt",
}
_LETTERS = re.compile(r"[\W_]+")


def todo(report: RunReport, formulas: FormulaMarks, say: Words) -> Iterator[str]:
    """Held articles by reason, repairs that were offered, and dropped copies that had text of their own."""
    offered = [one for one in islice(report.repairs, SHOWN) if one.safety == "display"]
    own = list(islice(_own_text(report.clusters), OWN))
    held = report.held[:SHOWN]
    hint = part(len(held), report.counts.held, "article", say("held back until someone looks"), say) if held else ""
    yield f"<section id=todo>\n{heading(say('To do'), hint)}"
    if not (held or offered or own):
        yield f"<p class=empty>{_nothing(report.counts.offered, say)}</p>\n"
    if held:
        yield _reasons(held, say)
        yield "<ul class=list>\n"
        room = ROOM
        for one in held:
            markup = _held(one, formulas, say, whole=room > 0)
            room -= len(markup.encode())
            yield markup
        yield "</ul>\n"
    if offered:
        yield f"<h3 class=sub>{say('Repairs that were offered')}</h3>\n<ul class=list>\n"
        yield from (repair(one, formulas, say) for one in offered)
        yield "</ul>\n"
    if own:
        yield f"<h3 class=sub>{say('Dropped with text of their own')}</h3>\n<ul class=list>\n"
        yield from (_dropped(one, say) for one in own)
        yield "</ul>\n"
    yield "</section>\n"


def _nothing(suggested: int, say: Words) -> str:
    if not suggested:
        return say("Nothing is to do.")
    where_ = say("Nothing waits for a decision, and {} suggestions are offered in what is published: see")
    return f"{where_.format(f'{suggested:,}')} <a href=#remains>{say('What remains')}</a>"


def _errors(held: Held) -> list[Finding]:
    """The findings that hold an article: those its reasons name, or all of them where they name none."""
    named = {reason.split(" ", 1)[0] for reason in held.reasons}
    return [one for one in held.findings if one.rule in named] or list(held.findings)


def _reasons(held: Sequence[Held], say: Words) -> str:
    """A table of what holds most: rule, words, how many articles."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for one in held:
        counts.update({(f.rule, f.name, _token(f)) for f in _errors(one)})
    rows = "".join(
        f'<tr><td><button type=button class=link data-rule="{escape(rule)}">{escape(rule)}</button> '
        f"{named(rule, name, say)}"
        f"<td class=text>{plain(token)}<td class=n>{count:,}"
        for (rule, name, token), count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:REASONS]
    )
    head = f"<tr><th>{say('rule')}<th>{say('words')}<th class=n>{alone('articles', say)}"
    table = f"<div class=scroll tabindex=0><table>{head}{rows}</table></div>"
    return f"<div class=card><h3>{say('By reason')}</h3>{table}</div>\n"


def _token(finding: Finding) -> str:
    start, end = finding.span
    token = finding.article.text[start:end]
    return token if len(token) <= 40 else f"{token[:30]}…"


def _held(held: Held, formulas: FormulaMarks, say: Words, *, whole: bool) -> str:
    article, wrong = held.article, _errors(held)
    rules = " ".join(sorted({one.rule for one in wrong}))
    head = f"<div class=top><span class='tag hold'>{say('held')}</span> {where(article.source, article.line)}"
    if held.out:
        head += f" <span class=hint>{say('In the output')}: <span class=place>{plain(held.out)}</span></span>"
    reasons = "".join(f"<li>{told(reason, reason.split(' ', 1)[0], say)}" for reason in held.reasons[:20])
    done = ", ".join(plain(words.removesuffix(" fixed")) for words in held.done[:20])
    also = f"<p class='hint also'>{say('also fixed')}: {done}</p>" if done else ""
    body = f"<ul class=hint>{reasons}</ul>{also}"
    if whole:
        shown = text(marked(article.text, wrong, formulas), article.text, "text ex")
        body = f"{shown}{body}{_release(wrong, say)}{_choices(held, wrong, say)}"
    levels = " ".join(sorted({one.level for one in wrong}))
    key = f"held {article.source} {article.line}"
    return item("held math", key, Facts(article.source, "hold", levels, rules), f"{head}</div>{body}", say)


def _release(wrong: Sequence[Finding], say: Words) -> str:
    """List what to do about each of the findings so that they hold the article no longer."""
    rows = []
    for token, one in {(one.rule, _token(one)): one for one in wrong}.items():
        new = suggestion(one)
        way = f"{say('accept')} <ins>{plain(new)}</ins>, {say('or allow it')}" if new else say("correct the text")
        rows.append(f"<li><b>{escape(one.rule)}</b> <span class=text>{plain(token[1])}</span>: {way}")
    return f"<details class=release><summary>{say('What releases it')}</summary><ul>{''.join(rows[:30])}</ul></details>"


class _Offer(NamedTuple):
    rule: str
    words: str
    instead: str


def _choices(held: Held, wrong: Sequence[Finding], say: Words) -> str:
    """The choices of ``feedtools review``: the script turns them into lines of the decisions file."""
    if held.raw is None:
        return ""
    offers = dict.fromkeys(
        _Offer(one.rule, held.article.text[one.span.start : one.span.end], suggestion(one)) for one in wrong
    )
    facts: dict[str, object] = {
        "text": held.raw,
        "rules": sorted({one.rule for one in wrong}),
        "path": held.article.source,
        "line": held.article.line,
    }
    if held.article.text != held.raw:
        facts["to"] = held.article.text
    buttons = [
        f"<button type=button data-do={verb}>{say(label)}</button>"
        for verb, label in (("publish", "Publish as it is"), ("edit", "Edit"), ("reject", "Reject"))
    ]
    for offer in list(offers)[:8]:
        data = plain_attribute(dumps(offer._asdict()))
        short = offer.words if len(offer.words) <= 24 else f"{offer.words[:20]}…"
        if offer.instead:
            taken = say("Take {} everywhere").format(plain(offer.instead[:30]))
            buttons.append(f'<button type=button data-do=take data-o="{data}">{taken}</button>')
        if len(offer.words) <= 60:
            allowed = say("Allow {} everywhere").format(plain(short))
            buttons.append(f'<button type=button data-do=allow data-o="{data}">{allowed}</button>')
    return f'<div class=choices hidden data-d="{plain_attribute(dumps(facts))}">{"".join(buttons)}</div>'


def repair(one: Repair, formulas: FormulaMarks, say: Words) -> str:
    """One repair, offered or made."""
    state = "offered" if one.safety == "display" else "applied"
    kind = plain(say(REPAIRS.get(one.kind, one.kind)))
    key = f"repair {one.place.path} {one.place.line} {one.edit.start} {one.kind}"
    inner = (
        f"<div class=top><span class='tag {state}'>{say(state)}</span> <b>{kind}</b> {place(one.place)} "
        f"<span class=hint>{say('from')} {place(one.source)}, {say('confidence')} {one.confidence:.2f}</span></div>"
        f"{text(repaired(one.text, [one.edit], formulas), one.text, 'text ex')}"
        f"<p class=hint>{plain(one.reason)}</p>"
    )
    return item("math", key, Facts(one.place.path, "restore" if state == "applied" else "offer"), inner, say)


class _Own(NamedTuple):
    group: CopyGroup
    number: int
    pieces: list[str]


def _own_text(clusters: Iterable[CopyGroup]) -> Iterator[_Own]:
    """Dropped copies with a stretch that the copy that is kept does not have."""
    from feedtools.report.page.diff import compare

    for group in clusters:
        for at, copy in enumerate(group.others):
            if copy.action != "drop" or copy.text in group.keep.text:
                continue
            pieces = [
                piece.right
                for piece in compare(group.keep.text, copy.text, copy.evidence).pieces
                if piece.change in {"added", "changed"} and _letters(piece.right) >= UNIQUE + _letters(piece.left)
            ]
            if pieces:
                yield _Own(group, at, pieces)


def _letters(value: str) -> int:
    return len(_LETTERS.sub("", value))


def _dropped(own: _Own, say: Words) -> str:
    copy, keep = own.group.others[own.number], own.group.keep
    shown = "".join(text(f"<ins>{plain(piece[:400])}</ins>", piece, "text ex") for piece in own.pieces[:6])
    inner = (
        f"<div class=top><span class='tag drop'>{say('dropped')}</span> {place(copy.place)} "
        f"<span class=hint>{say('see')} {place(keep.place)}</span></div>{shown}"
    )
    key = f"own {copy.place.path} {copy.place.line}"
    return item("own", key, Facts(copy.place.path, "drop", kind=copy.kind or ""), inner, say)
