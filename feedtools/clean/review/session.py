"""Session of decisions about the articles of an output: every decision is on the disk before the next one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from feedtools.clean.decisions import reading
from feedtools.clean.review.queue import Item, Spot
from feedtools.lint.decisions import Choice, append, choice, load
from feedtools.lint.edits import FixProposal, apply

Find = Callable[[Item], Sequence[Spot]]
"""Function that finds what is wrong with an article as it reads now."""


class Session:
    """Place of a person in a queue, and the decisions taken there.

    Items that decisions of the file settle are passed over, so that a session goes on where the last one ended.

    Args:
        items: what there is to decide, in order.
        path: file of decisions.
        find: finds anew what is wrong with an article that was edited.
    """

    def __init__(self, items: Iterable[Item], path: Path, find: Find) -> None:
        self.items = list(items)
        self.at = 0
        self.focus = 0
        self._path = path
        self._find = find
        self._made: list[tuple[list[Choice], int, Item]] = []
        self._standing: dict[tuple[str, ...], Choice] = {}
        self._read()
        for number, item in enumerate(self.items):
            one = self._of(item)
            if one is not None and one.decision == "edit":
                self._rewrite(number, one.to)
            elif item.edited:
                self._rewrite(number, item.text)
        self.forward(0)

    def _read(self) -> None:
        self._standing = {one.key: one for one in load(self._path)}

    def _of(self, item: Item) -> Choice | None:
        return self._standing.get(choice("reject", text=item.raw).key)

    @property
    def item(self) -> Item | None:
        """The article that is to be decided about now; nothing at the end."""
        return self.items[self.at] if self.at < len(self.items) else None

    @property
    def spot(self) -> Spot | None:
        """The spot of the article that is looked at."""
        spots = self.item.spots if self.item else ()
        return spots[self.focus % len(spots)] if spots else None

    @property
    def left(self) -> int:
        """Number of items that are not settled yet."""
        return sum(not self.settled(item) for item in self.items)

    @property
    def decided(self) -> int:
        """Number of decisions that were taken in this session and stand."""
        return sum(len(choices) for choices, *_ in self._made)

    def settled(self, item: Item) -> bool:
        """Tell if decisions say what becomes of an article."""
        one = self._of(item)
        if one is not None and one.decision in {"publish", "reject"}:
            return True
        telling = [spot for spot in item.spots if (spot.holds if item.held else spot.fix is not None)]
        if item.held and not telling:
            return item.edited  # corrected by hand; otherwise it is held for what it is a copy of
        return all(self._known(item, spot) for spot in telling)

    def _known(self, item: Item, spot: Spot) -> bool:
        return self.standing(item, spot) is not None

    def standing(self, item: Item, spot: Spot | None = None) -> Choice | None:
        """The decision that stands about an article, or about the words of one of its spots everywhere."""
        if spot is None:
            return self._of(item)
        one = self._standing.get((spot.rule, item.words(spot)))
        return one if one and (one.decision == "allow" or one.instead == suggestion(item, spot)) else None

    def forward(self, start: int | None = None) -> None:
        """Go to the next article that is not settled, from the beginning again behind the last."""
        first = self.at + 1 if start is None else start
        order = [*range(first, len(self.items)), *range(min(first, len(self.items)))]
        self.at = next((number for number in order if not self.settled(self.items[number])), len(self.items))
        self._focus()

    def _focus(self) -> None:
        """Look at what can be mended first, else at what holds the article; at what is decided last."""
        item = self.item
        if item is None or not item.spots:
            self.focus = 0
            return
        ranks = [
            (self._known(item, spot), not (spot.holds and spot.fix), not spot.holds, number)
            for number, spot in enumerate(item.spots)
        ]
        self.focus = min(ranks)[-1]

    def back(self) -> bool:
        """Go to the article before, decided or not; false where there is none."""
        if self.at == 0:
            return False
        self.at -= 1
        self._focus()
        return True

    def look(self) -> bool:
        """Look at the next thing that was found, of several of one kind once; false where there is no other."""
        item, spot = self.item, self.spot
        if item is None or spot is None:
            return False
        for step in range(1, len(item.spots)):
            other = item.spots[(self.focus + step) % len(item.spots)]
            if (other.rule, item.words(other)) != (spot.rule, item.words(spot)):
                self.focus += step
                return True
        return False

    def accept(self) -> None:
        """Publish the article as it is shown."""
        self._publish(self._current().text)

    def take(self) -> bool:
        """Take every suggestion of the article; false where there is none."""
        item = self._current()
        text = repaired(item)
        if text == item.text:
            return False
        self.edit(text)
        return True

    def edit(self, text: str) -> bool:
        """Let the article read ``text``; true where nothing is left that holds it, so that it is published."""
        item = self._current()._replace(text=text)
        spots = tuple(self._find(item))
        if any(spot.holds for spot in spots):
            self._write([choice("edit", text=item.raw, to=text, path=item.place.path, line=item.place.line)])
            self._rewrite(self.at, text)
            return False
        self._publish(text)
        return True

    def reject(self) -> None:
        """Leave the article out."""
        item = self._current()
        self._write([choice("reject", text=item.raw, path=item.place.path, line=item.place.line)])
        self.forward()

    def everywhere(self, *, take: bool) -> int:
        """Decide about the words that are looked at in every article: take the suggestion, or let them be right.

        Returns:
            In how many places of this output that tells.
        """
        item, spot = self._current(), self.spot
        if spot is None or spot.rule == "restore" or (take and spot.fix is None):
            return 0
        words, count = item.words(spot), self.same(take=take)
        if take:
            one = choice("take", rule=spot.rule, words=words, instead=suggestion(item, spot))
        else:
            one = choice("allow", rule=spot.rule, words=words)
        self._write([one])
        if self.settled(item):
            self.forward(self.at)
        else:
            self._focus()
        return count

    def same(self, *, take: bool) -> int:
        """Count the places of this output with the words that are looked at, or with their suggestion as well."""
        item, spot = self.item, self.spot
        if item is None or spot is None:
            return 0
        wanted = spot.rule, item.words(spot), suggestion(item, spot) if take else ""
        found = ((one.rule, other.words(one), suggestion(other, one) if take else "") for other, one in self._spots())
        return sum(one == wanted for one in found)

    def _spots(self) -> Iterable[tuple[Item, Spot]]:
        return ((item, spot) for item in self.items for spot in item.spots)

    def undo(self) -> bool:
        """Take the last decision of this session back; false where there is none."""
        if not self._made:
            return False
        choices, self.at, self.items[self.at] = self._made.pop()
        append(self._path, [choice("undo", of=one.id) for one in choices])
        self._read()
        self._focus()
        return True

    def _publish(self, text: str) -> None:
        item = self._current()
        rules = tuple(sorted({spot.rule for spot in item.spots if spot.rule != "restore"}))
        place = {"path": item.place.path, "line": item.place.line}
        self._write([choice("publish", text=item.raw, to=text, rules=rules, **place)])
        self.forward()

    def _write(self, choices: list[Choice]) -> None:
        append(self._path, choices)
        self._made.append((choices, self.at, self._current()))
        self._standing |= {one.key: one for one in choices}

    def _rewrite(self, number: int, text: str) -> None:
        item = self.items[number]._replace(text=text, edited=True)
        self.items[number] = item._replace(spots=tuple(self._find(item)))

    def _current(self) -> Item:
        if self.item is None:
            raise IndexError("nothing is left to decide")
        return self.item


def suggestion(item: Item, spot: Spot) -> str:
    """Make the words of a spot as they would read with the suggestion."""
    return reading(item.text, spot.start, spot.end, spot.fix) if spot.fix else ""


def repaired(item: Item) -> str:
    """The article with everything that is offered and fits together."""
    offered = [FixProposal(spot.rule, spot.fix.edits) for spot in item.spots if spot.fix and spot.fix.edits]
    return apply(item.text, offered).text
