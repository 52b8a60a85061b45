// MathJax as an oracle: convert(source, display) gives null, or the message with which it refuses.
const {mathjax} = require("mathjax-full/js/mathjax.js");
const {TeX} = require("mathjax-full/js/input/tex.js");
const {STATE} = require("mathjax-full/js/core/MathItem.js");
const {liteAdaptor} = require("mathjax-full/js/adaptors/liteAdaptor.js");
const {RegisterHTMLHandler} = require("mathjax-full/js/handlers/html.js");
const {AllPackages} = require("mathjax-full/js/input/tex/AllPackages.js");

RegisterHTMLHandler(liteAdaptor());
// noerrors and noundefined hide what is asked for; bussproofs needs an output jax.
const packages = AllPackages.filter(name => !["noerrors", "noundefined", "bussproofs"].includes(name));
const create = () => new TeX({packages, maxBuffer: 1 << 20, formatError(_, error) { throw error; }});
let tex = create();
let document = mathjax.document("", {InputJax: tex});

// A definition outlives its formula, so the next one gets a new parser.
const DEFINES = /\\(let|def|newcommand|renewcommand|providecommand|newenvironment|renewenvironment|Declare|(re)?newtagform)/;
let stale = false;

function convert(source, display) {
  try {
    tex.reset();
    if (stale) document = mathjax.document("", {InputJax: tex = create()});
    stale = DEFINES.test(source);
    document.convert(source, {display, end: STATE.CONVERT});
    return null;
  } catch (error) {
    return String(error.message || error);
  }
}
module.exports = {convert, tex, version: mathjax.version};
