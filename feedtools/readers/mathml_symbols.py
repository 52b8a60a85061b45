"""Characters of formulas and the TeX commands that show them (names that KaTeX and MathJax both know)."""

from __future__ import annotations


def _table(pairs: str) -> dict[str, str]:
    words = pairs.split()
    return dict(zip(words[::2], words[1::2], strict=True))


GREEK = _table(
    r"α \alpha β \beta γ \gamma δ \delta ϵ \epsilon ε \varepsilon ζ \zeta η \eta θ \theta ϑ \vartheta "
    r"ι \iota κ \kappa λ \lambda μ \mu µ \mu ν \nu ξ \xi ο o π \pi ϖ \varpi ρ \rho ϱ \varrho σ \sigma "
    r"ς \varsigma τ \tau υ \upsilon ϕ \phi φ \varphi χ \chi ψ \psi ω \omega Γ \Gamma Δ \Delta Θ \Theta "
    r"Λ \Lambda Ξ \Xi Π \Pi Σ \Sigma Υ \Upsilon Φ \Phi Ψ \Psi Ω \Omega ∂ \partial ∇ \nabla Α A Β B Ε E "
    r"Ζ Z Η H Ι I Κ K Μ M Ν N Ο O Ρ P Τ T Χ X"
)
OPERATORS = _table(
    r"− - ∗ * ⋅ \cdot · \cdot × \times ÷ \div ± \pm ∓ \mp ∘ \circ • \bullet ⋆ \star ⊕ \oplus ⊖ \ominus "
    r"⊗ \otimes ⊘ \oslash ⊙ \odot ∧ \wedge ∨ \vee ∩ \cap ∪ \cup ∖ \setminus ⊎ \uplus ⊓ \sqcap ⊔ \sqcup "
    r"† \dagger ‡ \ddagger ≤ \leq ≥ \geq ⩽ \leqslant ⩾ \geqslant ≠ \neq ≡ \equiv ≈ \approx ≃ \simeq ≅ \cong "
    r"∼ \sim ∝ \propto ≪ \ll ≫ \gg ≺ \prec ≻ \succ ⪯ \preceq ⪰ \succeq ≐ \doteq ≜ \triangleq ≔ \coloneqq "
    r"∈ \in ∉ \notin ∋ \ni ⊂ \subset ⊃ \supset ⊆ \subseteq ⊇ \supseteq ⊊ \subsetneq ⊥ \perp ∥ \parallel "
    r"∣ \mid ∤ \nmid ⊢ \vdash ⊨ \models ⊤ \top → \rightarrow ← \leftarrow ↔ \leftrightarrow ⇒ \Rightarrow "
    r"⇐ \Leftarrow ⇔ \Leftrightarrow ↦ \mapsto ⟶ \longrightarrow ⟵ \longleftarrow ⟹ \Longrightarrow "
    r"⟸ \Longleftarrow ⟺ \iff ↑ \uparrow ↓ \downarrow ↗ \nearrow ↘ \searrow ⇝ \leadsto ↪ \hookrightarrow "
    r"⇀ \rightharpoonup ⇌ \rightleftharpoons ∞ \infty ∀ \forall ∃ \exists ∄ \nexists ¬ \neg ∅ \emptyset "
    r"∠ \angle △ \triangle □ \square ◻ \square ◊ \lozenge ∴ \therefore ∵ \because … \ldots ⋯ \cdots "
    r"⋮ \vdots ⋱ \ddots ∑ \sum ∏ \prod ∐ \coprod ∫ \int ∬ \iint ∭ \iiint ∮ \oint ⋃ \bigcup ⋂ \bigcap "
    r"⨁ \bigoplus ⨂ \bigotimes ⨀ \bigodot ⋁ \bigvee ⋀ \bigwedge √ \surd ⟨ \langle ⟩ \rangle 〈 \langle "
    r"〉 \rangle ⌊ \lfloor ⌋ \rfloor ⌈ \lceil ⌉ \rceil ‖ \| ′ ' ″ '' ‴ ''' ’ ' ‵ \backprime ℓ \ell ℏ \hbar "
    r"℘ \wp ℜ \Re ℑ \Im ℵ \aleph ı \imath ȷ \jmath ° ^{\circ} ∕ / ⁄ / ∶ : ≲ \lesssim ≳ \gtrsim ∝ \propto "
    r"⊲ \lhd ⊳ \rhd ⋉ \ltimes ⋊ \rtimes ♯ \sharp ♭ \flat ♮ \natural ♠ \spadesuit ♡ \heartsuit "
    r"♢ \diamondsuit ♣ \clubsuit ∁ \complement ð \eth § \S ¶ \P ≰ \nleq ≱ \ngeq ⊄ \not\subset "
    r"⊈ \nsubseteq ⊉ \nsupseteq ⟂ \perp ≍ \asymp ⋈ \bowtie ⊣ \dashv ⌢ \frown ⌣ \smile ∔ \dotplus "
    r"⊞ \boxplus ⊠ \boxtimes ⋄ \diamond ▹ \triangleright ◃ \triangleleft ⇑ \Uparrow ⇓ \Downarrow "
    r"⇕ \Updownarrow ↕ \updownarrow ↖ \nwarrow ↙ \swarrow ↩ \hookleftarrow ↼ \leftharpoonup ⊑ \sqsubseteq "
    r"⊒ \sqsupseteq ≼ \preccurlyeq ≽ \succcurlyeq ⊴ \trianglelefteq ⊵ \trianglerighteq ∽ \backsim ≦ \leqq "
    r"≧ \geqq ≬ \between ⊩ \Vdash ⋔ \pitchfork ≏ \bumpeq ∎ \blacksquare ■ \blacksquare ▲ \blacktriangle "
    r"★ \bigstar ✓ \checkmark ⟦ [\![ ⟧ ]\!] ⪅ \lessapprox ⪆ \gtrapprox ⟷ \longleftrightarrow "
    r"⟼ \longmapsto ↠ \twoheadrightarrow"
) | {"⁡": "", "⁢": "", "⁣": "", "⁤": "", "\u200b": "", "\ufeff": ""}
SPACES = {
    "\xa0": r"\ ", "\u2003": r"\quad ", "\u2002": r"\ ", "\u2009": r"\,", "\u2005": r"\:", "\u2004": r"\;",
    "\u200a": "", "\u2001": r"\quad ",
}  # fmt: skip
ACCENTS = {
    **dict.fromkeys("^ˆ̂", r"\hat"),
    **dict.fromkeys("~˜̃∼", r"\tilde"),
    **dict.fromkeys("¯ˉ̄‾―_", r"\bar"),
    **dict.fromkeys("→⃗", r"\vec"),
    **dict.fromkeys("˙.̇", r"\dot"),
    **dict.fromkeys("¨̈", r"\ddot"),
    "ˇ": r"\check", "˘": r"\breve", "˚": r"\mathring", "´": r"\acute", "`": r"\grave", "⏞": r"\overbrace",
    "⃛": r"\dddot", "←": r"\overleftarrow", "↔": r"\overleftrightarrow",
}  # fmt: skip
WIDE = {r"\hat": r"\widehat", r"\tilde": r"\widetilde", r"\bar": r"\overline", r"\vec": r"\overrightarrow"}
"""Accents and what stands for them where they are as wide as what they are over."""
SIZES = {"1.2em": r"\big", "1.623em": r"\Big", "2.047em": r"\bigg", "2.470em": r"\Bigg", "2.47em": r"\Bigg"}
"""Heights of delimiters as MathJax states them, and the commands that ask for them."""
BRACES = {**dict.fromkeys("_̲‾¯―", r"\underline"), "⏟": r"\underbrace"}
LARGE = frozenset("∑∏∐∫∬∭∮⋃⋂⨁⨂⨀⋁⋀⨆⨅")
"""Operators whose limits stand above and below them."""
_FUNCTIONS = (
    "arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf ker lg lim liminf limsup ln log max "
    "min Pr sec sin sinh sup tan tanh"
)
FUNCTIONS = frozenset(_FUNCTIONS.split())
