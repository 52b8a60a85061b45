// Prints what KaTeX accepts, as facts: each command with its arguments and the places it may stand in.
// Usage: node katex_tables.mjs (KaTeX installed in node_modules beside this file)
import {readFileSync, writeFileSync, mkdtempSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {createRequire} from "node:module";
import {pathToFileURL} from "node:url";

const require = createRequire(import.meta.url);
const dist = require.resolve("katex").replace(/katex\.(js|mjs)$/, "katex.mjs");
// KaTeX does not export its tables, so a throw-away copy of the module does.
const copy = join(mkdtempSync(join(tmpdir(), "katex-")), "tables.mjs");
writeFileSync(copy, readFileSync(dist, "utf8").replace(/^export \{[^}]*\};?\s*$/m,
  "export {_functions as F, symbols as S, _macros as M, _environments as E, katex as default, version};"));
const {F, S, M, E, default: katex, version} = await import(pathToFileURL(copy));
for (const name of ["log", "error", "warn"]) console[name] = () => {};

const renders = (tex, displayMode = true) => {
  try {
    katex.renderToString(tex, {displayMode, strict: false, trust: true});
    return true;
  } catch { return false; }
};

// Handled by the checker's grammar rather than by its table.
const GRAMMAR = new Set(("\\left \\right \\middle \\begin \\end \\\\ \\cr \\newline \\over \\choose \\atop \\brace " +
  "\\brack \\above \\limits \\nolimits \\def \\gdef \\edef \\xdef \\let \\futurelet \\global \\long \\newcommand " +
  "\\renewcommand \\providecommand \\( \\) $ \\hline \\hdashline \\char \\verb \\begingroup \\endgroup \\bgroup " +
  "\\egroup \\noexpand \\expandafter \\cdlabel \\tmspace \\message \\errmessage \\show").split(" "));
// Argument kinds: m as the surroundings, M math, t text, p one atom, s size, c colour, u anything, d delimiter,
// o optional (as m), * optional star, O optional and unread, g tag, w one group or any one token.
const KIND = {math: "M", text: "t", hbox: "t", size: "s", color: "c", url: "u", raw: "u", original: "m", primitive: "p"};
const SAMPLE = {m: "{a}", M: "{a}", t: "{a}", p: "{a}", s: "{1em}", h: "{1em}", c: "{red}", u: "{a}", d: "(", o: "", O: "", "*": "", g: "{a}", w: "{a}"};
const MACROS = {"\\hspace": "*h", "\\operatorname": "*m", "\\tag": "*g", "\\llap": "t", "\\rlap": "t", "\\clap": "t", "\\underbar": "t",
  "\\boxed": "M", "\\pod": "w", "\\pmod": "w", "\\mod": "w", "\\Braket": "m", "\\Set": "m", "\\set": "m", "\\bra@ket": null, "\\bra@set": null};

function spec(name) {
  if (name in MACROS) return MACROS[name];
  const macro = M[name];
  if (typeof macro === "string") {
    const plain = macro.replace(/##/g, "");
    return "m".repeat([1, 2, 3, 4].filter(n => plain.includes("#" + n)).length);
  }
  const f = F[name];
  if (!f) return "";
  if (f.type === "delimsizing") return "d";
  if (f.type === "genfrac" && name === "\\genfrac") return "eesMmm".replace("M", "u").replace("mm", "MM");
  let out = "";
  const optional = f.numOptionalArgs || 0;
  for (let i = 0; i < f.numArgs + optional; i++) {
    const type = f.argTypes && f.argTypes[i];
    if (i < optional) out += type && type !== "original" ? "O" : "o";
    else out += type ? KIND[type] : f.primitive || f.type === "sqrt" ? "p" : "m";
  }
  return f.type === "sqrt" ? "op" : out;
}

const commands = {};
const plain = /^[0-9A-Za-z+\-=,.()|\/:;<>!?*"@]$/;
const names = new Set([...Object.keys(F), ...Object.keys(M), ...Object.keys(S.math), ...Object.keys(S.text)]);
for (const name of [...names].sort()) {
  if (GRAMMAR.has(name) || name === " " || name === "'" || plain.test(name) || name.startsWith("\\\\") || name.includes("@") && name.length > 1) continue;
  if (!/^(\\([a-zA-Z]+|[^a-zA-Z])|[^\\])$/u.test(name) || name === "_" || name === "^") continue;
  const args = spec(name);
  if (args == null) continue;
  const sample = [...args].map(kind => SAMPLE[kind]).join("");
  const use = name === "\\genfrac" ? "\\genfrac(){1pt}{0}{a}{b}"
    : name + (/^[a-z]/i.test(sample) ? " " : "") + sample;
  const flags = (renders(use) ? "M" : "") + (renders(`\\text{${use}}`) ? "T" : "") +
    (renders(`x^${use}`) ? "S" : "") + (renders(`${use}\\limits`) ? "L" : "");
  if (/[MT]/.test(flags)) (commands[`${args}:${flags}`] ??= []).push(name);
}

const environments = {};
for (const name of Object.keys(E)) {
  if (name === "CD") { environments[name] = {args: "", inline: false, columns: 0, tags: false}; continue; }
  const args = E[name].numArgs ? (/at/.test(name) ? "N" : "A") : name.endsWith("*") && /matrix/.test(name) ? "o" : "";
  const head = `\\begin{${name}}` + (args === "A" ? "{l}" : args === "N" ? "{9}" : "");
  const tail = `\\end{${name}}`;
  let columns = 0;
  for (let n = 2; n <= 4 && !columns; n++) if (!renders(head + Array(n).fill("a").join("&") + tail)) columns = n - 1;
  environments[name] = {args, inline: renders(head + "a" + tail, false), columns,
    tags: renders(`${head}a\\tag{1}\\\\b\\tag{2}${tail}`)};
}

const delimiters = [...names].filter(name => !GRAMMAR.has(name) && renders(`\\left${/^[a-zA-Z]/.test(name) ? " " : ""}${name} x\\right.`)).sort();
const accents = [];
for (let code = 0x300; code < 0x370; code++) if (renders("x" + String.fromCharCode(code))) accents.push(String.fromCharCode(code));
const scripts = {sup: "", sub: ""};
for (let code = 0x80; code < 0x2fff; code++) {
  const c = String.fromCharCode(code);
  if (renders(`x${c}`) && !renders(`x${c}^2`)) scripts.sup += c;
  else if (renders(`x${c}`) && !renders(`x${c}_2`)) scripts.sub += c;
}
process.stdout.write(JSON.stringify({version, commands, environments, delimiters, accents: accents.join(""), scripts}));
