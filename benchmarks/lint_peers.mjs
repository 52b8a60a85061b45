// zhlint and textlint over a file, timed from inside: node lint_peers.mjs TOOL FILE, run in the folder that has them.
// Prints the CPU seconds of checking the file a transmission at a time, after a warm-up on its beginning.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "package.json"));

function zhlint() {
  const { run } = require("zhlint");
  return (text) => run(text, { rules: { preset: "default" } });
}

function textlint() {
  const { TextlintKernel, TextlintKernelDescriptor } = require("@textlint/kernel");
  const plain = (module) => module.default ?? module;
  const kernel = new TextlintKernel();
  const descriptor = new TextlintKernelDescriptor({
    rules: [{ ruleId: "zh", rule: plain(require("textlint-rule-zh-half-and-full-width-bracket")), options: true }],
    plugins: [{ pluginId: "text", plugin: plain(require("@textlint/textlint-plugin-text")) }],
    filterRules: [],
  });
  const options = { filePath: "feed.txt", ext: ".txt", ...descriptor.toKernelOptions() };
  return (text) => kernel.lintText(text, options);
}

const [tool, path] = process.argv.slice(2);
const lint = { zhlint, textlint }[tool]();
const lines = readFileSync(path, "utf8").split("\n");
const parts = [];
for (let i = 0; i < lines.length; i += 12) parts.push(lines.slice(i, i + 12).join("\n"));
const attempt = async (part) => {
  try {
    await lint(part);
  } catch {} // zhlint throws on some real text; the time until then counts
};
for (const part of parts.slice(0, 20)) await attempt(part);
const before = process.cpuUsage();
for (const part of parts) await attempt(part);
const spent = process.cpuUsage(before);
console.log((spent.user + spent.system) / 1e6);
