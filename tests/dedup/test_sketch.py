"""Sketches: the two kernels agree bit for bit, and sketches that do not belong together are refused."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedtools.dedup import sketch, sketch_batch
from feedtools.errors import SketchError
from feedtools.text import symbols

TEXTS = st.lists(
    st.text(st.characters(), max_size=120) | st.text("甲乙丙a1 ", min_size=20, max_size=200), min_size=1, max_size=8
)


def keys(symbols: str, scale: int) -> set[int]:
    return set(sketch.shingle_hashes(symbols, scale))


@given(TEXTS, st.sampled_from([1, 3, 8, 16]))
def test_batch_and_single_kernels_agree(texts: list[str], scale: int) -> None:
    block = sketch_batch.sketch_block(texts, scale)
    ends = block.key_bounds.tolist()
    for i, text in enumerate(texts):
        one = sketch.sketch(text, sketch.Parameters(scale=scale))
        assert sorted(set(block.keys[ends[i] : ends[i + 1]].tolist())) == list(one.keys)
        assert ends[i + 1] - ends[i] == one.size
        assert (int(block.heads[i]) or None) == one.head
        assert block.bounds[i + 1] - block.bounds[i] == one.symbols


def test_pieces_of_a_long_text_join_without_a_seam() -> None:
    text = "".join(chr(0x4E00 + i * i % 9973) for i in range(3 * 4 * sketch_batch._PIECE + 11))
    block = sketch_batch.sketch_block([text])
    assert set(block.keys.tolist()) == set(sketch.shingle_hashes(symbols.symbols(text)))


@given(st.text("abcdefgh", max_size=300))
def test_keys_of_a_coarser_scale_are_a_subset(text: str) -> None:
    assert keys(text, 16) <= keys(text, 8) <= keys(text, 1)


def test_keys_sample_one_shingle_in_scale() -> None:
    text = "".join(chr(0x4E00 + i * 7919 % 20000) for i in range(16_000))
    assert len(keys(text, 8)) == pytest.approx(len(text) / 8, rel=0.1)


def test_a_truncated_copy_keeps_the_head() -> None:
    text = "任何一篇被切短的文章都保留着它的开头部分,这一点很重要"
    assert sketch.sketch(text).head == sketch.sketch(text[:20] + "...").head is not None


def test_a_sketch_of_another_kind_is_refused() -> None:
    text = "两个不同参数的草图不能互相比较"
    with pytest.raises(SketchError, match="rebuild"):
        sketch.sketch(text, sketch.Parameters(gram=5))


def test_keys_tell_a_part_in_its_whole() -> None:
    whole = sketch.sketch("".join(chr(0x4E00 + i * 7919 % 20000) for i in range(2_000)))
    part = sketch.sketch("".join(chr(0x4E00 + i * 7919 % 20000) for i in range(500, 900)))
    assert set(part.keys) <= set(whole.keys)
    assert len(part.keys) < 0.5 * len(whole.keys)


def test_the_single_kernel_and_the_matcher_import_no_numpy() -> None:
    code = "import sys, feedtools.dedup.match, feedtools.dedup.cluster; print('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
