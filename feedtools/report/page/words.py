"""The words of the page's interface, in English and Chinese; articles and messages stay as they are.

A Chinese page says what a rule finds in Chinese as well (``summary-zh`` of its file), before the message in English.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

HOW = "Put the file beside feedtools.toml and run there:"
PRIVACY = "This page loads nothing and sends nothing; the text of the articles belongs to their authors."
OUT = "OUT is the folder that this report lies in."
_ZH = {
    "feedtools report": "feedtools 报告",
    "Skip to what is to do": "跳到待办",
    "To do": "待办",
    "What was done": "做了什么",
    "Copies": "重复",
    "What remains": "还剩什么",
    "in what is published": "已发布的文章里",
    "Found": "发现",
    "Trend": "趋势",
    "clusters": "组",
    "repairs": "处修补",
    "more": "条未列出",
    "safe fix": "可靠的修正",
    "confident fix": "有把握的修正",
    "unsafe fix": "存疑的修正",
    "display fix": "建议",
    "keep": "保留",
    "fix": "修正",
    "restore": "补全",
    "drop": "删去",
    "hold": "暂扣",
    "offer": "建议",
    "placeholder filled": "补回公式或代码",
    "formula delimited": "补上公式定界符",
    "formula mended": "修好公式",
    "hyphen restored": "补回连字符",
    "name of a picture": "图片的名称",
    "rows of a table": "表格的行",
    "operator restored": "补回运算符",
    "item numbered": "补回列表编号",
    "cut sentence completed": "补全断句",
    "completed from another excerpt": "由另一段摘录补全",
    "this run": "这一次",
    "runs": "次运行",
    "held": "暂扣",
    "held back until someone looks": "等人看过再发布",
    "kept": "保留",
    "dropped": "删去",
    "articles": "篇文章",
    "files": "个文件",
    "findings": "处问题",
    "findings remain": "仍在的问题",
    "clusters of copies": "重复的组数",
    "repairs from copies": "由副本补回",
    "fixes made": "做过的修正",
    "suggestions offered": "可采纳的建议",
    "fixes": "处修正",
    "Fixes that were made": "已做的修正",
    "also fixed": "另外已修正",
    "high": "高",
    "medium": "中",
    "low": "低",
    "relation to": "关系所指",
    "articles restored": "补全的文章",
    "articles fixed": "修正的文章",
    "articles alone": "文章数",
    "copy alone": "副本",
    "By reason": "按原因",
    "By transmission, first to last": "按文件,先后为序",
    "By rule": "按规则",
    "Most affected": "问题最多的文件",
    "rule": "规则",
    "words": "原文",
    "found": "处数",
    "over time": "先后",
    "file": "文件",
    "errors": "错误",
    "warnings": "警告",
    "notes": "提示",
    "error": "错误",
    "warning": "警告",
    "note": "提示",
    "Search text, paths, messages": "搜索正文、路径、说明",
    "Search the report": "搜索报告",
    "all levels": "全部级别",
    "all rules": "全部规则",
    "all files": "全部文件",
    "all actions": "全部处理",
    "all kinds of copies": "全部重复类型",
    "Level": "级别",
    "Rule": "规则",
    "File": "文件",
    "Action": "处理",
    "Kind of copy": "重复类型",
    "Clear": "清除",
    "Dark": "深色",
    "Light": "浅色",
    "search": "搜索",
    "next, previous": "下一条、上一条",
    "of": "/",
    "match": "符合",
    "Nothing is to do.": "没有待办。",
    "Nothing waits for a decision, and {} suggestions are offered in what is published: see": (
        "没有待决定的文章;已发布的文章里有 {} 条建议可采纳,见"
    ),
    "Nothing matches these filters.": "没有符合筛选条件的内容。",
    "Repairs that were offered": "可采纳的修补",
    "Dropped with text of their own": "删去的副本里另有文字",
    "Repairs that were made": "已做的修补",
    "offered": "可采纳",
    "applied": "已采纳",
    "Publish as it is": "照此发布",
    "Reject": "不发布",
    "Edit": "改写",
    "Take {} everywhere": "一律改成 {}",
    "Allow {} everywhere": "一律允许 {}",
    OUT: "OUT 是这份报告所在的文件夹。",
    "Permalink": "这一条的链接",
    "at most in one column": "一列最多",
    "nothing found": "没有发现问题",
    "Download decisions": "下载决定",
    HOW: "把文件放在 feedtools.toml 旁边,然后在那里运行:",
    "What releases it": "怎样放行",
    "correct the text": "改正原文",
    "accept": "采纳",
    "or allow it": "或允许这种写法",
    "In the output": "输出位置",
    "stands for": "代表",
    "copy": "个副本",
    "copies": "个副本",
    "the same text": "文字相同",
    "similarity": "相似度",
    "of it in the kept copy": "在保留的一篇中",
    "cut or missing": "截断或缺失",
    "rendered another way": "另一种渲染",
    "changed or added": "改动或增加",
    "exact": "完全相同",
    "rerendered": "另一种渲染",
    "truncated": "截断",
    "contained": "包含在内",
    "near": "略有改动",
    "overlapping": "部分相同",
    "overlap": "共有一段",
    "Further copies": "其他副本",
    "Copies, by place alone: the page is full": "副本,只列位置:本页已满",
    "alike": "字相同",
    "not compared": "字未比较",
    "more characters": "字未列出",
    "cut here": "在此截断",
    "characters missing": "字缺失",
    "Why": "为什么",
    "Copies or not?": "是不是重复?",
    "in this feed of": "在这批文章里,共",
    "letters and digits": "字母与数字",
    "in shared runs": "在共有的段落里",
    "longest stretch that the other lacks, formulas counted": "对方没有的最长一段(公式也计入)",
    "an article with": "独有",
    "or more in a row is not dropped": "个以上连续字符的文章不删",
    "run": "共有段",
    "more runs": "段未列出",
    "other articles have it": "篇别的文章也有",
    "only in": "只在",
    "lost without it": "删去就没有了",
    "common property of the feed": "很多文章共有",
    "see": "见",
    "from": "取自",
    "confidence": "置信度",
    "Could not be checked": "未能检查",
    "The account does not add up: do not publish from this run.": "数目对不上:不要发布这次运行的结果。",
    "the first {} are shown; the manifest has them all": "只显示前 {} 条;清单里有全部",
    "Options": "选项",
    "Date": "日期",
    "Made by feedtools": "由 feedtools 生成,版本",
    PRIVACY: "本页不加载也不发送任何内容;文章归其作者所有。",
}
Words = Callable[[str], str]


def words(lang: str, rules: Mapping[str, str] | None = None) -> Words:
    """The interface of a language: what is given in English, as it reads there.

    Args:
        lang: ``en`` or ``zh``.
        rules: what rules find, in that language, by their codes.
    """
    table = _ZH | {f"rule {code}": text for code, text in (rules or {}).items()} if lang == "zh" else {}
    return lambda text: table.get(text, text)


def finds(code: str, say: Words) -> str:
    """Summary of a rule, in the language of the page; the empty text in English, where its messages say it."""
    key = f"rule {code}"
    return "" if (text := say(key)) == key else text.replace("`", "")


def alone(word: str, say: Words) -> str:
    """A word by itself, which in some languages reads otherwise than behind a number."""
    key = f"{word} alone"
    return say(word) if (found := say(key)) == key else found
