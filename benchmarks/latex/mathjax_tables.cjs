// Prints what MathJax accepts, as facts: each command with its arguments and the places it may stand in.
// Usage: node mathjax_tables.cjs (mathjax-full installed in node_modules beside this file)
const {convert, tex, version} = require("./mathjax.cjs");
const renders = (source, display = true) => convert(source, display) === null;

const GRAMMAR = new Set(("\\left \\right \\middle \\begin \\end \\\\ \\cr \\newline \\over \\choose \\atop \\brace " +
  "\\brack \\above \\limits \\nolimits \\def \\let \\newcommand \\renewcommand \\providecommand \\newenvironment " +
  "\\renewenvironment \\( \\) $ \\hline \\hdashline \\hfilll \\char \\verb \\begingroup \\endgroup \\bgroup \\egroup " +
  "\\DeclareMathOperator \\DeclarePairedDelimiter \\DeclarePairedDelimiters \\let").split(" "));

const macros = new Set(), environments = new Set(), delimiters = new Set();
const {MapHandler} = require("mathjax-full/js/input/tex/MapHandler.js");
for (const [kind, target] of [["macro", macros], ["delimiter", delimiters], ["environment", environments]]) {
  for (const {item} of tex.parseOptions.handlers.get(kind)._configuration) {
    if (item.map) for (const key of item.map.keys()) target.add(key);
  }
}
for (const key of MapHandler.getMap("text-macros").map.keys()) macros.add(key);

// One argument after the other, the plainest reading first: math, text, length, colour, delimiter, column count.
const KINDS = [["m", "{a_1}"], ["t", "{a}"], ["s", "{1em}"], ["c", "{red}"], ["d", "("], ["u", "{1}"]];
function spec(use) {
  if (renders(use)) return "";
  const level = (prefix, args, depth) => {
    for (const [kind, sample] of KINDS) if (renders(prefix + sample)) return args + kind;
    if (!depth) return null;
    for (const [kind, sample] of KINDS) {
      if (!/Missing|Extra/.test(convert(prefix + sample, true) || "")) continue;
      const found = level(prefix + sample, args + kind, depth - 1);
      if (found) return found;
    }
    return null;
  };
  return level(use, "", 2);
}
const STARRED = {"\\operatorname": "*m", "\\hspace": "*s", "\\tag": "*g"};
const OPTIONAL = {"\\sqrt": "om", "\\rule": "Oss"};
const SAMPLE = {...Object.fromEntries(KINDS), o: "", O: "", "*": "", g: "{a}"};

const commands = {};
for (const key of [...macros].sort()) {
  const name = key.length > 1 && key.startsWith("\\") ? key : "\\" + key;
  if (GRAMMAR.has(name) || !/^\\([a-zA-Z]+|[^a-zA-Z])$/u.test(name)) continue;
  let args = STARRED[name] || OPTIONAL[name] || spec(name + " ");
  if (args === null) continue;
  if (args && !STARRED[name] && !OPTIONAL[name] && renders(`${name}[a]${[...args].map(k => SAMPLE[k]).join("")}`) &&
      !renders(`${name}[a]`)) args = "o" + args;
  const use = name + " " + [...args].map(k => SAMPLE[k]).join("");
  const flags = (renders(use) ? "M" : "") + (renders(`\\text{${use}}`) ? "T" : "") +
    (renders(`x^${use}`) ? "S" : "") + (renders(`${use}\\limits`) ? "L" : "");
  if (/[MT]/.test(flags)) (commands[`${args}:${flags}`] ??= []).push(name);
}
for (const symbol of ["[", "]", "~", "`"]) (commands[":MTS"] ??= []).push(symbol);

const found = {};
for (const name of [...environments].sort()) {
  const args = ["", "{l}", "{1}", "{a}", "{1}{1}"].find(sample => renders(`\\begin{${name}}${sample}a\\end{${name}}`));
  if (args === undefined) continue;
  const head = `\\begin{${name}}${args}`, tail = `\\end{${name}}`;
  found[name] = {args: args || /array$/.test(name) ? "u" : "", inline: renders(`${head}a${tail}`, false),
    columns: renders(`${head}a&b${tail}`) ? 0 : 1,
    tags: renders(`${head}a\\tag{1}\\\\b\\tag{2}${tail}`)};
}

const opening = [...delimiters].filter(name => renders(`\\left${/^[a-zA-Z]/.test(name) ? " " : ""}${name} x\\right.`));
process.stdout.write(JSON.stringify({version, commands, environments: found, delimiters: opening.sort(), accents: "",
  scripts: {sup: "", sub: ""}, loose: true}));
