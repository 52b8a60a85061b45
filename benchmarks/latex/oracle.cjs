// Reads {"s": formula without delimiters, "d": displayed?} a line; prints {"k", "m"}: what KaTeX and MathJax
// say against it, null where it renders.  Usage: node oracle.cjs < formulas.jsonl
const {readFileSync} = require("node:fs");
const katex = require("katex");
const {convert} = require("./mathjax.cjs");

for (const name of ["log", "error", "warn"]) console[name] = () => {};
function render(source, displayMode) {
  try {
    katex.renderToString(source, {displayMode, strict: false, trust: true});
    return null;
  } catch (error) {
    return String(error.message || error);
  }
}
const lines = readFileSync(0, "utf8").split("\n").filter(line => line);
process.stdout.write(lines.map(line => {
  const {s, d} = JSON.parse(line);
  return JSON.stringify({k: render(s, d), m: convert(s, d)}) + "\n";
}).join(""));
