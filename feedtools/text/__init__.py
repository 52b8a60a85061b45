"""Text without opinions: symbols, formulas, code, patterns and the renderers' modes."""
