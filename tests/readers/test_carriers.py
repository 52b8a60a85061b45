"""Formulas come out of whatever carries them, each once, and code stays code."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedtools.readers.markup import text_of

DRAWN = '<nobr><span class="math"><span class="mi">v</span><span class="mn">3</span></span></nobr>'
MATHML = "<math><msup><mi>v</mi><mn>3</mn></msup></math>"
HIDDEN = MATHML.replace("<", "&lt;").replace(">", "&gt;")
ANNOTATED = (
    "<math><semantics><msup><mi>v</mi><mn>3</mn></msup>"
    '<annotation encoding="application/x-tex">v^3</annotation></semantics></math>'
)

INLINE = {
    "script": '<script type="math/tex">v^3</script>',
    "script under its preview": '<span class="MathJax_Preview">v3</span><script type="math/tex">v^3</script>',
    "drawn above its script": f'<span class="MathJax" id="MathJax-Element-7-Frame">{DRAWN}</span>'
    '<script type="math/tex" id="MathJax-Element-7">v^3</script>',
    "drawn, its script gone": f'<span class="MathJax" id="MathJax-Element-7-Frame" data-mathml="{HIDDEN}">{DRAWN}</span>',  # noqa: E501
    "container with assistance": "<mjx-container class=MathJax jax=SVG><svg><path d='M1'/></svg>"
    f"<mjx-assistive-mml>{MATHML}</mjx-assistive-mml></mjx-container>",
    "container of version 4": '<mjx-container jax="CHTML"><mjx-math data-latex="v^3"><mjx-c></mjx-c></mjx-math></mjx-container>',  # noqa: E501
    "katex": f'<span class="katex"><span class="katex-mathml">{ANNOTATED}</span><span class="katex-html">v3</span></span>',  # noqa: E501
    "katex flattened": '<span class="katex--inline"><span class="katex"><span class="katex-mathml">\n   v\n   3\n  \n  v^3\n'  # noqa: E501
    '</span><span class="katex-html">v3</span></span></span>',
    "katex that failed": '<span class="katex-error" title="ParseError">v^3</span>',
    "bare MathML": MATHML,
    "MathML with text for others": '<math alttext="{\\displaystyle v^3}"><mi>v</mi></math>',
    "encyclopedia": f'<span class="mwe-math-element"><span style="display:none">{ANNOTATED}</span>'
    '<img class="mwe-math-fallback-image-inline" alt="v^3" src="//wikimedia.org/api/rest_v1/media/math/render/svg/0a"></span>',  # noqa: E501
    "picture of an encyclopedia": '<img class="mwe-math-fallback-image-inline" alt="{\\displaystyle v^3}" src="a.svg">',
    "raw query": '<img src="https://latex.codecogs.com/svg.latex?\\dpi{120}&space;v^3">',
    "parameter": '<img src="https://www.zhihu.com/equation?tex=v%5E3" alt="[公式]">',
    "picture that comes later": '<img src="data:image/gif;base64,R0" data-original="https://juejin.cn/equation?tex=v%5E3">',
    "fragment": '<img src="https://cdn.nlark.com/yuque/__latex/9f.svg#card=math&amp;code=v%5E3&amp;id=u1">',
    "chart": '<img src="https://chart.googleapis.com/chart?cht=tx&amp;chl=v%5E3">',
    "path": '<img src="https://i.upmath.me/svg/v%5E3">',
    "text of a picture": '<img class="ql-img-inline-formula" alt="&#118;&#94;&#51;" src="q.png">',
    "title of a picture": '<img class="texrender" alt="" title="v^3" src="p.gif">',
    "blog engine's picture": '<img class="latex" alt="v^3" src="https://s0.wp.com/latex.php?latex=v%5E3&#038;bg=fff&#038;s=0">',
    "course's picture": '<img class="equation_image" alt="LaTeX: v^3" data-equation-content="v^3" src="e.png">',
    "editor's MathML": '<img class="Wirisformula" data-mathml="«math»«msup»«mi»v«/mi»«mn»3«/mn»«/msup»«/math»">',
    "data-tex": '<span class="ztext-math" data-tex="v^3">v^3</span>',
    "data-formula": '<span data-formula="v^3"><svg><g></g></svg></span>',
    "data-value": '<span class="ql-formula" data-value="v^3"><b>v3</b></span>',
    "name": "<d-math>v^3</d-math>",
    "class": '<span class="math inline">v^3</span>',
    "code that is none": '<code class="js-render-math">v^3</code>',
    "attribute of a picture": '<img src="f.png" latex="v^3">',
    "attribute": '<span tex="v^3"><img src="f.png"></span>',
    "MathML in an attribute": f'<span data-mathml="{HIDDEN}">v3</span>',
    "plugin's class": '<span class="wp-katex-eq" data-display="false">v^3</span>',
    "name and class": '<formula class="math">v^3</formula>',
    "school's picture": '<img class="x-ck12-math" alt="v%5E3" src="/flx/math/inline/v%5E3">',
    "error of an encyclopedia": '<strong class="error texerror">Failed to parse (syntax error): {\\displaystyle v^3}</strong>',  # noqa: E501
    "code of MathML": '<math data-code="v^3" data-math-language="latex"></math>',
    "raw query of another service": '<img class="mathcode" alt="" src="https://latex.csdn.net/eq?v%5E3">',
    "parameter of a blog": '<img src="https://math.jianshu.com/math?formula=v%5E3" alt="" mathimg="1">',
    "card of an editor": '<card type="inline" name="math" value="data:%7B%22code%22%3A%22v%5E3%22%7D"></card>',
    "card in attributes": '<span data-lake-card="math" data-card-value="data:%7B%22code%22%3A%22v%5E3%22%7D"><img></span>',  # noqa: E501
    "picture that is to be loaded": '<span class="lazy-image-placeholder" data-mw-src="a.svg" data-alt="{\\displaystyle v^3}"'  # noqa: E501
    ' data-class="mwe-math-fallback-image-inline">&nbsp;</span>',
    "embedded drawing": '<embed data-formula="v^3" src="a.svg">',
    "drawing of MathJax": '<svg><g data-mml-node="math" data-latex="v^3"><path d="M1"/></g></svg>',
    "letter": '<span class="latex-rendered" data-attrs="{&quot;persistentExpression&quot;:&quot;v^3&quot;}"></span>',
    "MathML with a prefix": re.sub("<(/?)m", r"<\1mml:m", MATHML),
    "several forms": f"<inline-formula><alternatives>{MATHML}<tex-math>$v^3$</tex-math></alternatives></inline-formula>",  # noqa: E501
    "literal": "<inline-formula><tex-math><![CDATA[$v^3$]]></tex-math></inline-formula>",
    "element of a converter": '<eq env="math">v^3</eq>',
    "class alone": '<span class="math">v^3</span>',
    "variable": "<var>v^3</var>",
    "element of an editor": '<math-inline class="math-node">v^3</math-inline>',
    "class of an editor": '<span class="mathquill-embedded-latex">v^3</span>',
    "attribute with its renderer's name": '<span katex-src="v^3"><b>v3</b></span>',
    "attribute of a picture with its renderer's name": '<img src="data:image/svg+xml,x" katex-src="v^3">',
    "attribute the other way about": '<span latex-data="v^3"></span>',
    "marks of an editor's cursor": f'\ufeff<span><span class="katex"><span class="katex-mathml">{ANNOTATED}</span></span>'  # noqa: E501
    "<span>\ufeff</span></span>",
    "mark of an editor's cursor as a reference": '<span tex="v^3"></span>&#xfeff;',
    "another language, with MathML": f'<span data-math-language="asciimath" data-math="v^(3)">{MATHML}</span>',
    "MathML made from another language": MATHML.replace(
        "<math>", '<math alttext="v^(3)" data-math-language="AsciiMath">'
    ),
    "language said": '<span data-math-language="tex">v^3</span>',
    "word": "$latex v^3&s=1$",
    "word in brackets": "[itex]v^3[/itex]",
    "word of a plugin": "[katex]v^3[/katex]",
    "word of a course": "[mathjaxinline]v^3[/mathjaxinline]",
    "embedded element": "<embed-katex>v^3</embed-katex>",
    "parameter behind others": '<img src="http://www.sciweavers.org/tex2img.php?eq=v%5E3&bc=White">',
    "parameter quoted twice": '<img src="https://latex.vimsky.com/test.image.latex.php?fmt=svg&val=v%255E3">',
    "query without a name": '<img src="https://latex.numberempire.com/render?v%5E3&sig=0a">',
    "name of a picture": '<img src="http://www.texify.com/img/%5Clarge%5C%21v%5E3.gif">',
    "parameter of a site": '<img src="//api.bilibili.com/x/web-frontend/mathjax/tex?formula=v%5E3">',
    "host of a site": '<img src="https://math-api.51cto.com/?from=v%5E3" alt="公式">',
}
DISPLAYED = {
    "script": '<script type="math/tex; mode=display">v^3</script>',
    "drawn": f'<div class="MathJax_Display"><span class="MathJax">{DRAWN}</span></div>'
    '<script type="math/tex; mode=display">v^3</script>',
    "katex": f'<span class="katex-display"><span class="katex"><span class="katex-mathml">{ANNOTATED}</span>'
    '<span class="katex-html">v3</span></span></span>',
    "MathML": MATHML.replace("<math>", '<math display="block">'),
    "class alone": '<div class="math">\nv^3\n</div>',
    "around a picture": '<div class="math"><p><img src="_images/math/0a1b2c3d4e.png" alt="v^3"></p></div>',
    "hidden, and its picture": f'<div style="display: none">{ANNOTATED.replace("<math>", "<math display=block>")}</div>'
    '<img class="mwe-math-fallback-image-display" alt="v^3" src="//wikimedia.org/api/rest_v1/media/math/render/svg/0a">',  # noqa: E501
    "mode": '<img src="https://render.githubusercontent.com/render/math?math=v%5E3&mode=display">',
    "number of a kind": '<img src="https://www.zhihu.com/equation?tex=v%5E3" alt="v^3" eeimg="2">',
    "card": '<card type="block" name="math" value="data:%7B%22code%22%3A%22v%5E3%22%7D"></card>',
    "element of a converter": '<eq env="displaymath">v^3</eq>',
    "of a journal": "<disp-formula><tex-math>v^3</tex-math></disp-formula>",
    "block of a language": '<pre lang="math"><code>v^3</code></pre>',
    "letter": '<div class="latex-rendered" data-attrs="{&quot;persistentExpression&quot;:&quot;v^3&quot;}"></div>',
    "block of code": '<pre><code class="language-math">v^3\n</code></pre>',
    "block of a platform": '<div class="highlight highlight-source-math" data-copied="v > 3"><pre><span>v</span>^3</pre>'  # noqa: E501
    "<div><button>copy</button></div></div>",
    "block of a site": '<div class="language-math highlighter-rouge"><div class="highlight"><pre><code>v^3\n</code></pre></div></div>',  # noqa: E501
    "alone in the middle": '<p align="center"><img class="latex" alt="\\displaystyle v^3" src="a.png">&nbsp;</p>',
    "alone in the middle, in other words": '<center><a><img class="latex" alt="\\displaystyle v^3" src="a.png"></a></center>',  # noqa: E501
    "word of a blog in the middle": '<p style="text-align: center">$latex \\displaystyle v^3&s=1$</p>',
    "word that says so": "[katex display=true]v^3[/katex]",
    "block that is to be drawn": '<pre class="code math js-render-math"><code>v^3</code></pre>',
    "line ends": '<img src="https://www.zhihu.com/equation?tex=v%5E3+%5C%5C">',
    "document": "<tex-math>\\documentclass{a}\\begin{document}$$v^3$$\\end{document}</tex-math>",
}


@pytest.mark.parametrize("name", INLINE)
def test_a_formula_comes_out_once(name: str) -> None:
    assert text_of(f"<p>设 {INLINE[name]} 为体积</p>") == r"设 \(v^3\) 为体积"


@pytest.mark.parametrize("name", DISPLAYED)
def test_a_displayed_formula_comes_out_once(name: str) -> None:
    assert text_of(f"<p>设</p>{DISPLAYED[name]}").split() == ["设", r"\[v^3\]"]


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://wikimedia.org/api/rest_v1/media/math/render/svg/0a" alt="">',
        '<img src="https://www.zhihu.com/equation?tex=" alt="[公式]" eeimg="1">',
        '<img src="https://latex.codecogs.com/gif.download" alt="公式1">',
        '<mjx-container jax="SVG"><svg><path d="M1"/></svg></mjx-container>',
        '<span class="katex"><span class="katex-html"><span>v3</span></span></span>',
        '<script type="math/asciimath">v^3</script>',
        "<asciimath>v^3</asciimath>",
        '<span class="asciimath">v^3</span>',
        '<span data-math-language="asciimath" data-math="v^(3)">v3</span>',
        '<span data-math-language="asciimath">v^(3)</span>',
        '<math data-math-language="asciimath" data-code="v^(3)"></math>',
        '<img data-math-language="asciimath" alt="v^(3)" src="0a.png">',
        '<img class="tex-formula" alt="" src="0a.png">',
        '<span class="span-inline-equation"><svg><path d="M1"/></svg></span>',
        '<svg><g data-mml-node="math"><path d="M1"/></g></svg>',
        '<card type="inline" name="math" value="data:%7B"></card>',
        '<img class="math" src="0a.png" alt="the cube of the velocity">',
        "<math><apply><power/><ci>v</ci><cn>3</cn></apply></math>",
    ],
)
def test_where_the_tex_is_not_to_be_had_a_placeholder_says_so(html: str) -> None:
    assert text_of(f"<p>设 {html} 为体积</p>") == "设 [Math] 为体积"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<img src="cat.png" alt="a_cat">', ""),
        ('<img src="https://e.org/?text=v_3" alt="">', ""),
        ('<img src="https://e.org/text?text=v_3">', ""),
        ('<img src="latex-logo.png" alt="LaTeX logo">', ""),
        ('<img class="math" alt="max_x f of this one">', r"\(max_x f of this one\)"),
        ('<img src="https://e.org/katex/results.png?v=2" alt="Measurements">', ""),
        ('<img src="/tex/lion.jpg" alt="lion">', ""),
        ('<img class="tex2jax_ignore" src="p.jpg" alt="A lion">', ""),
        ('<img class="img-fluid text-center" src="p.jpg" alt="Lion">', ""),
        ('<p style="text-align:center">$latex \\displaystyle v$ (1)</p>', r"\(\displaystyle v\) (1)"),
        ("[mathjax] 甲", "[mathjax] 甲"),
        ('<span class="MathJax_Preview">v3</span>', "v3"),
        ('<div class="katex">甲<p>乙</p></div>', "甲\n乙"),
        ('<span class="math inline"><em>v</em><sup>3</sup></span>', "v³"),
        ('<span class="math inline">\\(v^3\\)</span>', r"\(v^3\)"),
        ('<span data-math="true">乙</span>', "乙"),
        ("<var>v_3</var>", "v_3"),
        ('<span class="math">v3</span>', "v3"),
        ('<svg><path d="M1"/></svg>', ""),
        ('<card type="inline" name="image" value="data:%7B%7D"></card>', ""),
        ("<alternatives>甲<b>乙</b></alternatives>", "甲乙"),
        ('<div data-math-language="asciimath"><p>乙</p></div>', "乙"),
        ('<div data-math-language="asciimath">乙</div>', "乙"),
        ('甲\ufeff乙<i tex="v"></i>丙\ufeff', "甲\ufeff乙\\(v\\)丙\ufeff"),
        ('<div class="highlight highlight-source-math"><p>甲</p><pre>v</pre></div>', "甲\n```\nv\n```"),
        ('<p align="center"><img class="latex" alt="v_3"></p>', r"\(v_3\)"),
        ('<p><img class="latex" alt="\\displaystyle v"></p>', r"\(\displaystyle v\)"),
        ('<p align="center">甲 <img class="latex" alt="\\displaystyle v"></p>', r"甲 \(\displaystyle v\)"),
        ('<center><img class="latex" alt="\\displaystyles v"></center>', r"\(\displaystyles v\)"),
        ("$latexmk -pdf and $HOME", "$latexmk -pdf and $HOME"),
        ("[tex]v^3", "[tex]v^3"),
    ],
)
def test_what_is_no_formula_stays_as_it_is(html: str, text: str) -> None:
    assert text_of(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("2<sup>16</sup>", "2¹⁶"),
        ("5×10<sup>−7</sup>", "5×10⁻⁷"),
        ("CO<sub>2</sub>", "CO₂"),
        ("e<sup>at</sup>", r"\(e^{at}\)"),
        ("<i>x</i><sub>i</sub><sup>2</sup>", r"\(x_{i}^{2}\)"),
        ("θ<sub>t</sub>", r"\(\theta_{t}\)"),
        ("f<sub>损失</sub>", r"\(f_{\text{损失}}\)"),
        ("21<sup>st</sup>", "21st"),
        ("注<sup>[4]</sup>", "注[4]"),
        ('注<sup><a href="#n">4</a></sup>', "注4"),
        ("$v<sup>3</sup>$", "$v^{3}$"),
        ("<code>v<sup>3</sup></code>", "`v3`"),
        ("<sup>3", "3"),
        ("2<sup>2<sup>k</sup></sup>", r"\(2^{2^{k}}\)"),
        ("v<sub>i<sub>1</sub></sub>", r"\(v_{i_{1}}\)"),
        ('2<span style="font-size:9pt; vertical-align: super">16</span>', "2¹⁶"),
        ('CO<span class="c1 subscript">2</span>', "CO₂"),
        ('2<span style="vertical-align:middle">16</span>', "216"),
    ],
)
def test_what_stands_high_or_low(html: str, text: str) -> None:
    assert text_of(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("$B<em>k, B</em>{k-1}$", "$B_k, B_{k-1}$"),
        ("$B<em>k$ 与 $C</em>k$", "$B_k$ 与 $C_k$"),
        ("$3<em>y + 4</em>z$", "$3*y + 4*z$"),
        (r"\(B<em>k\) 与 \(C</em>k\)", r"\(B_k\) 与 \(C_k\)"),
        ("$9 <em>each</em> or $12", "$9 each or $12"),
        ("$9<em>起</em>,$12", "$9起,$12"),
        ("<em>甲</em> $v$", "甲 $v$"),
    ],
)
def test_emphasis_in_a_formula_is_undone(html: str, text: str) -> None:
    assert text_of(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<pre>a\n\n  b</pre>丙", "```\na\n\n  b\n```\n丙"),
        ('<pre><code class="language-go hljs">x := 1\n</code></pre>', "```go\nx := 1\n```"),
        ("<pre>a ``` b</pre>", "````\na ``` b\n````"),
        ("甲<code>a `b`</code>乙", "甲`` a `b` ``乙"),
        ("<pre>a<br>b<div>c</div></pre>", "```\na\nb\nc\n```"),
        (
            '<table><tr><td class="gutter"><pre>1\n2</pre></td><td class="code"><pre>p\nq</pre></td></tr></table>',
            "```\np\nq\n```",
        ),
        ('<pre><span class="lineno">1</span>p\n<span class="lineno">2</span>q</pre>', "```\np\nq\n```"),
        ("<listing>a  b\n\\(</listing>丙", "```\na  b\n\\(\n```\n丙"),
        (
            '<table><tr><td class="crayon-nums">1</td><td class="crayon-code"><div>p  q</div><div>r</div></td></tr></table>丙',  # noqa: E501
            "```\np  q\nr\n```\n丙",
        ),
        (
            '<table class="js-file-line-container"><tr><td>p  q</td></tr><tr><td class="blob-num"></td><td>r</td></tr></table>',  # noqa: E501
            "```\np  q\nr\n```",
        ),
        ("<pre>printf '\\('</pre><p>甲 <em>乙</em> \\)", "```\nprintf '\\('\n```\n甲 乙 \\)"),
        ("<code>甲", "甲"),
    ],
)
def test_code_is_code(html: str, text: str) -> None:
    assert text_of(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<nobr>甲</nobr><center>乙</center><marquee>丙</marquee>", "甲\n乙\n丙"),
        ("<ruby>漢<rt>かん</rt></ruby>", "漢かん"),
        ("<foo>甲</foo><my-part>乙</my-part><o:p>丙</o:p>", "甲乙丙"),
        ("if a <foo and b> c", "if a <foo and b> c"),
        ("Map<Key> m", "Map<Key> m"),
    ],
)
def test_unknown_elements_leave_their_text(html: str, text: str) -> None:
    assert text_of(html) == text


PARTS = st.sampled_from(
    [*INLINE.values(), *DISPLAYED.values(), "<p>", "</p>", "<div>", "甲", "<b>乙</b>", "<pre>c</pre>"]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(PARTS, max_size=8))
def test_carriers_side_by_side_do_not_disturb_each_other(parts: list[str]) -> None:
    formulas = sum(part in {*INLINE.values(), *DISPLAYED.values()} for part in parts)
    text = text_of("<p>。</p>".join(parts))
    assert len(re.findall(r"\\[(\[]v\^3\\[)\]]", text)) == formulas
