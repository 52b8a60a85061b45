"""Packing of the keys in the index: sorted postings, cut into blocks by the leading bits of the key.

A posting is a key and a document number. The ``row_bits`` leading bits of a key name its block, the next eight bits
stand in the block, the rest is dropped; ``row_bits`` grows with the index so that a lookup meets half an
unrelated posting at most on average. A block is a checksum (CRC-32), all remainders, ascending, one byte each, then all
documents, three or four bytes each: four bytes per posting, and a lookup is one row read and one ``bytes.find``.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

KEY_BITS = 61
"""Bits of a stored key: FracMinHash keys at scale 8 lie below 2**61."""
REMAINDER_BITS = 8
POSTINGS_PER_BLOCK = 128
"""Postings of a block, at most, on average."""
HEAD_SALT, DIGEST_SALT = 0x5851F42D4C957F2D, 0x2545F4914F6CDD1D
"""Keep the keys of heads and of whole texts apart from those of shingles."""


def row_bits(postings: int) -> int:
    """Leading key bits that name a block in an index of so many postings."""
    return max(4, (max(postings, 1) // POSTINGS_PER_BLOCK).bit_length())


def fits(rows: int, width: int) -> bool:
    """Tell whether postings can have this shape: a posting is a 64-bit word, three or four bytes of it a document."""
    return 3 <= width <= 4 and 0 < rows <= 64 - REMAINDER_BITS - 8 * width


def head_posting(head: int) -> int:
    """The key under which a head key is stored."""
    return (head ^ HEAD_SALT) >> 3


def digest_posting(digest: bytes) -> int:
    """The key under which the identity of the whole text is stored, so that texts too short for keys are found."""
    return (int.from_bytes(digest[:8], "little") ^ DIGEST_SALT) >> 3


def locate(key: int, rows: int) -> tuple[int, bytes]:
    """The block of a key and its remainder there."""
    top = key >> (KEY_BITS - rows - REMAINDER_BITS)
    return top >> REMAINDER_BITS, bytes((top & 0xFF,))


def seal(body: bytes | bytearray) -> bytes:
    """A block with its checksum."""
    return zlib.crc32(body).to_bytes(4, "little") + body


def unseal(block: bytes) -> bytes:
    """The postings of a block.

    Raises:
        ValueError: they are not what was written.
    """
    body = block[4:]
    if zlib.crc32(body).to_bytes(4, "little") != block[:4]:
        raise ValueError("a block's checksum does not hold")
    return body


def documents(block: bytes, remainder: bytes, width: int, most: int) -> list[int]:
    """The documents of one remainder in an unsealed block, ascending, ``most`` at the most."""
    count = len(block) // (1 + width)
    first = block.find(remainder, 0, count)
    if first < 0:
        return []
    found = min(block.rfind(remainder, 0, count) + 1 - first, most)
    place = count + first * width
    packed = block[place : place + found * width]
    wide = bytearray(4 * found)
    for byte in range(width):
        wide[byte::4] = packed[byte::width]
    numbers = array("I", bytes(wide))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tolist()


def words_of(keys: Words, numbers: Words, rows: int, width: int) -> Words:
    """Postings as single numbers that sort by key and then by document: the kept bits of the key, then the document."""
    import numpy as np

    return ((keys >> np.uint64(KEY_BITS - rows - REMAINDER_BITS)) << np.uint64(8 * width)) | numbers


def split(words: Words, rows: int, width: int) -> tuple[Words, Words]:
    """Keys (with their dropped bits as zeros) and documents: the inverse of ``words_of``."""
    import numpy as np

    shift = np.uint64(KEY_BITS - rows - REMAINDER_BITS)
    return (words >> np.uint64(8 * width)) << shift, words & np.uint64((1 << 8 * width) - 1)


def pack(words: Words, width: int) -> Iterator[tuple[int, bytes]]:
    """Blocks (row, sealed bytes), ascending, of ascending distinct postings."""
    import numpy as np

    tops = words >> np.uint64(8 * width)
    blocks = tops >> np.uint64(REMAINDER_BITS)
    remainders = (tops & np.uint64(0xFF)).astype(np.uint8).tobytes()
    planes = words.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :width].tobytes()
    starts = np.flatnonzero(np.append(True, blocks[1:] != blocks[:-1])[: len(blocks)])
    ends = np.append(starts, len(blocks))[1:]
    for row, start, end in zip(blocks[starts].tolist(), starts.tolist(), ends.tolist(), strict=True):
        yield row, seal(remainders[start:end] + planes[start * width : end * width])


def unpack(blocks: Iterable[tuple[int, bytes]], width: int) -> Words:
    """The postings of packed blocks, ascending: the inverse of ``pack``.

    Raises:
        ValueError: a block is damaged.
    """
    import numpy as np

    found = [(row, unseal(block)) for row, block in blocks]
    counts = np.array([len(body) // (1 + width) for _, body in found], np.int64)
    first = b"".join(body[: len(body) // (1 + width)] for _, body in found)
    rest = b"".join(body[len(body) // (1 + width) :] for _, body in found)
    row = np.repeat(np.array([row for row, _ in found], np.uint64), counts)
    wide = np.zeros((len(first), 8), np.uint8)
    wide[:, :width] = np.frombuffer(rest, np.uint8).reshape(-1, width)
    tops = (row << np.uint64(REMAINDER_BITS)) | np.frombuffer(first, np.uint8)
    words: Words = (tops << np.uint64(8 * width)) | wide.view("<u8").ravel()
    return words
