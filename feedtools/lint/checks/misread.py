"""Text in Russian or Chinese that was read in the wrong one-byte encoding: a part of FT501.

Such text is whole words of letters that no language strings together. What its bytes say in the encoding they were
written in tells it: Russian by its most frequent pairs of letters, Chinese by its most frequent characters. That has to
be likely and the text as it stands unlikely; a short word by itself says nothing.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from feedtools.lint.checks.base import Hit
from feedtools.text.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FREQUENT_PAIRS = (
    "аб ав аг ад ае аз ай ак ал ам ан ап ар ас ат ах ац ач аю ая ба бе би бл бо бр ва ве ви вк вл вн во вы га го "
    "гр да де ди дн до ду ев ег ед ез ей ек ел ем ен еп ер ес ет еч жа же жи за зв зн зо ив ид ие из ии ий ик ил "
    "им ин ир ис ит ич ия йс ка ке ки кл ко кр кс кт ку ла ле ли ло лу ль лю ля ма ме ми мо му мы на нд не ни нн "
    "но нс нт ну ны ня об ов ог од ое ож оз ой ок ол ом он оп ор ос от оч па пе пи по пр пу ра ре ри рн ро рс рт "
    "ру ры са се си ск сл со сп сс ст су ся та тв те ти тк тн то тр тс ту ты ть уе ук ул уп ур ус ут ую фи хо це "
    "ци ча че чи чн ше ши ще щи ыв ые ый ым ых ьн ьс юч ющ ят ён"
)
_PAIRS = frozenset(_FREQUENT_PAIRS.split())
"""The two hundred most frequent pairs of letters in Russian words: five in six of all that stand there."""
_COMMON = frozenset(
    "一丁万三上下不与专且世业东丢两严个中丰串临为主举久么义之乌乎乘也习书了事二于云互五亚些交产享人什仅今介仍从仓他代"
    "令以们件价任份仿伊众优会传伦伯估似但位低住体何余作你佳使例供依侧便保信修倍候借值假偏做停储像允元充先光克免入全八"
    "公六兰共关兴其具典兹兼内册再写冲决况准减几出击函分切划列则刚创初删判利别到制刻前剩剪割力办功加务动助努励势勒包化"
    "北匹区十千升半协单南博占卡卢印即却卷历压原去县参又叉及友双反发取受变叠口古句另只叫可台史右叶号司各合吉同名后向吗"
    "否吧含听启告员呢周味命和品哈响哥哪唯商善喜器噪四回因团困围固国图圣在地场址均坏坐块坦垂型埃域基堆塔塞填境增士声处"
    "备复外多够大天太夫失头夹奇奖套奥好如姆始威子字存学它安完官定实客家容宽密富察寸对寻导封射将小少尔尚尝尤就尺尼尽尾"
    "局层屏展属山岛嵌州工左巧巨差己已巴市布师希帕带帧帮常幅幕干平年并广序库应底府度延建开异弃式引张弱弹强归当录形影往"
    "征径待很律得循微德心必忆志快念忽态怎思性总恢恩息悉您情想意感慢戈戏成我或战截户所手才打托执扩批找承技把投折护报抽"
    "拆拉拒拟拥择括拼拿持挂指按挑捕损换据捷授掉掌排探接控推描提插握搜摘播操擎支收改放故效敏教敛散数整文料斜断斯新方施"
    "族无既日旦旧旨早时明易映是显普景智暂曲更曼替最月有服望期未末本术机杂权束条来松板极构析林果架某染查标栏树校样核根"
    "格框案档梯检楚概模次欢欧止正此步死殊段母每比气水永求汇池没沿法泛波注泰洛活流测浮海消涉深混添清渐游源滑滚满滤演潜"
    "激灵点热焦然照熟父片版牙物特状独献率环现球理瓦甚生用由电画界留略疏登白百的皮益监盖盘目直相省看真着督知矩短码研破"
    "础硬确磁示社神禁离私种科秒积称移稀程稍稳究空突窗立站章端笔符第等答策签简算管箭篇米类精系素索紧累红约级纯纳纸线练"
    "组细终绍经绑结绕绘给络绝统继续维缀缓编缩缺网罗置署美群翻老考者而耗职联聚肯背能脑脚自至致般良色节花苏若英范荐莫莱"
    "获菜萨落著蒙藏虑虚虽融行衡补表被装西要覆见观规视览觉角解触言警计订认讨让训议记讲许论设访证评识诉词译试话询该详语"
    "误说请诸诺读课调谓象贝负贡责败质费资赖走起超越趋趣足距跟跨路跳践踪身车轨转轮软轻载较辅辑输边达迁过迎运近返还这进"
    "远连迟迪迭述迹追退送适选透逐递通速造逻遇遍道避那邮邻郡部都配采释里重量金针钟钥钮链销锁错键长门闭问间阅队防阵阶阻"
    "阿附际降限除险陷隆随隐隔难雅集零雷需静非靠面音页顶项顺须顾顿预领频题颜额风馈首马驱验骤高鲁黑默齐"
)
"""The thousand most frequent characters of simplified Chinese: nineteen in twenty of a text."""

_GAP = r"[ \u00a0,.!?:;()\"'«»“”/0-9–—-]{1,4}"
_ACCENTED = r"[À-ÿ¨¸][À-ÿ¨¸£³]*+"
_LATIN_RUN = lazy(rf"(?<![A-Za-z0-9À-ÿ¨¸£³]){_ACCENTED}(?:{_GAP}{_ACCENTED})*(?![A-Za-z])")
_CYRILLIC_RUN = lazy(rf"(?<!\w)[А-яЁё]++(?:{_GAP}[А-яЁё]++)*(?!\w)")
_CHINESE_RUN = lazy(r"[\u00a1-\u00ff]{4,}")
_WORD = lazy(r"[^\W\d_]+")
_ASCII = lazy(r"[A-Za-z]")
_HAN = "\u4e00", "\u9fff"
_SAMPLE = 400
"""Code points of a run that are judged; an even number, for Chinese takes two each."""
_LETTERS, _LONGEST = 5, 4
"""Letters that the words of a run have together at the least, and those of its longest word."""
_LIKELY, _LIKELY_TITLE, _UNLIKELY = 0.55, 0.4, 0.45
"""Share of frequent pairs that Russian has at the least, and with a capital at its head, which no list of letters has;
and that Cyrillic has at the most where it may be misread."""
_MARGIN = 0.25
"""Share by which what Cyrillic was meant to say is likelier than what stands there."""


class _Reading(NamedTuple):
    """The text that a run is in the encoding it was written in, and the share of its pairs that are frequent."""

    share: float
    encoding: str
    said: str


def misread_letters(text: str) -> Iterator[Hit]:
    """Russian and Chinese read as Latin-1, and KOI8-R and Windows-1251 read for each other, one hit per run."""
    for match in _LATIN_RUN.finditer(text):
        run = match[0][:_SAMPLE]
        if not _is_listing(run) and (reading := _russian(run, "latin-1", ("cp1251", "koi8-r"))):
            yield _hit(*match.span(), reading, "Latin-1")
    for match in _CHINESE_RUN.finditer(text):
        start, end = match.span()
        if reading := _chinese(match[0], glued=_touches_latin(text, start, end)):
            yield _hit(start, end, reading, "Latin-1")
    # The two keep capitals and small letters in each other's places: words but for their first letter become capitals.
    for match in _CYRILLIC_RUN.finditer(text):
        run = match[0][:_SAMPLE]
        words = _WORD.findall(run)
        if all(len(word) == 1 or word[1:].isupper() for word in words) and (share := _share(words)) <= _UNLIKELY:
            for was, read in (("koi8-r", "cp1251"), ("cp1251", "koi8-r")):
                reading = _russian(run, read, (was,))
                if reading and reading.share >= share + _MARGIN:
                    yield _hit(*match.span(), reading, _NAMES[read])


_NAMES = {"koi8-r": "KOI8-R", "cp1251": "Windows-1251", "gb2312": "GBK"}


def _hit(start: int, end: int, reading: _Reading, read: str) -> Hit:
    said, written = reading.said[:20], _NAMES[reading.encoding]
    message = f"this is “{said}” in {written}, read as {read}; take the article from its source again, as UTF-8"
    return Hit(start, end, message=message)


def _is_long(words: Iterable[str]) -> bool:
    lengths = [*map(len, words)]
    return sum(lengths) >= _LETTERS and max(lengths) >= _LONGEST


def _is_listing(run: str) -> bool:
    """Tell whether a run goes through the letters in the order of their numbers, as a table of them does."""
    steps = [ord(after) - ord(before) for before, after in pairwise(run)]
    return 2 * steps.count(1) >= len(steps)


def _russian(run: str, read: str, written: Iterable[str]) -> _Reading | None:
    """The likeliest reading of a run as Russian in one of the encodings, if one is likely."""
    readings: list[_Reading] = []
    raw = run.encode(read, "replace")
    for encoding in written:
        said = raw.decode(encoding)
        words = _WORD.findall(said)
        if _is_long(words) and _is_cased(words):
            share = _share(words)
            least = _LIKELY_TITLE if words[0].istitle() and len(words[0]) > _LONGEST else _LIKELY
            readings += [_Reading(share, encoding, said)] if share >= least else []
    return max(readings, default=None)


def _is_cased(words: list[str]) -> bool:
    """Tell whether the words are lower case, capitalised or capitals, up to one in six: ``пРИВЕТ`` is none of them."""
    odd = sum(not (word[1:].islower() or len(word) == 1 or word.isupper()) for word in words)
    return 6 * odd <= len(words)


def _share(words: Iterable[str]) -> float:
    pairs = [a + b for word in words for a, b in pairwise(word.lower())]
    return sum(pair in _PAIRS for pair in pairs) / max(len(pairs), 1)


def _touches_latin(text: str, start: int, end: int) -> bool:
    return _ASCII.match(text, end) is not None or (start > 0 and _ASCII.match(text, start - 1) is not None)


def _chinese(run: str, *, glued: bool) -> _Reading | None:
    """The reading of a run as Chinese, if it is likely: two characters by themselves, three behind a Latin letter."""
    sample = run[: min(_SAMPLE, len(run) // 2 * 2)]
    try:
        said = sample.encode("latin-1").decode("gb2312")
    except UnicodeDecodeError:
        return None
    han = {char for char in said if _HAN[0] <= char <= _HAN[1]}  # ``ÖÖÖÖ`` says one thing twice
    common = sum(map(_COMMON.__contains__, han))
    needed = max(2, (len(han) + 1) // 2) + (1 if glued and len(han) < 4 else 0)
    if common < needed or 3 * len(han) < 2 * len(set(said)) or _is_listing(sample):
        return None
    return _Reading(1.0, "gb2312", said)
