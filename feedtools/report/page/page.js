(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (id) => document.getElementById(id);
  const root = document.documentElement;
  const tools = one("tools");
  const lists = all("ul.list").map((list) => {
    const items = [...list.children];
    const before = list.previousElementSibling;
    return { list, items, title: before && before.matches("h3") ? before : list.closest("details.fixes"), section: list.closest("section") };
  });
  const every = lists.flatMap(({ items }) => items);
  const words = new Map();
  let rendered = true;

  // Formulas wait in templates, one for each; they are put in place when their text comes into view.
  const draw = (place) => {
    for (const formula of all("var[data-m]", place)) {
      if (rendered === formula.hasAttribute("data-on")) continue;
      const pool = one("m" + formula.dataset.m);
      if (!pool) continue;
      if (rendered) {
        formula.title = formula.textContent;
        formula.setAttribute("data-on", "");
        formula.replaceChildren(pool.content.cloneNode(true));
      } else {
        formula.removeAttribute("data-on");
        formula.textContent = formula.title;
      }
    }
  };
  const seen = new Set();
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      watch.unobserve(entry.target);
      seen.add(entry.target);
      draw(entry.target);
    }
  }, { rootMargin: "300px" });
  for (const place of all(".math")) watch.observe(place);
  // Paper shows all of it: what was not scrolled to yet as well.
  window.addEventListener("beforeprint", () => {
    for (const place of all(".math")) {
      watch.unobserve(place);
      seen.add(place);
      draw(place);
    }
  });
  const redraw = () => { for (const place of seen) draw(place); };

  // What the filters ask of: the attribute of an item, and whether it may hold several values.
  const FILTERS = { level: ["l", true], rule: ["r", true], file: ["f", false], action: ["a", true], kind: ["k", true] };
  const names = new Map(tools.dataset.rules.split("\n").filter(Boolean).map((row) => [row.split(" ")[0], row]));
  const spoken = new Map(tools.dataset.words.split("\n").map((row) => row.split(" ")));
  const values = (item, name) => {
    const [key, several] = FILTERS[name];
    const value = item.dataset[key] || "";
    return several ? value.split(" ").filter(Boolean) : value ? [value] : [];
  };
  for (const name of Object.keys(FILTERS)) {
    const found = [...new Set(every.flatMap((item) => values(item, name)))];
    if (name === "level") found.sort((a, b) => "error warning note".indexOf(a) - "error warning note".indexOf(b));
    else found.sort();
    for (const value of found) {
      const option = document.createElement("option");
      option.value = value;
      option.textContent = name === "rule" ? names.get(value) || value : spoken.get(value) || value;
      one(name).append(option);
    }
    one(name).hidden = found.length < 2;
  }

  const text = (item) => {
    if (!words.has(item)) {
      const formulas = all("var[data-on]", item).map((formula) => formula.title).join(" ");
      words.set(item, (item.textContent + " " + formulas).toLowerCase());
    }
    return words.get(item);
  };
  const query = () => one("q").value.trim().toLowerCase().split(/\s+/).filter(Boolean);

  const highlight = (asked) => {
    if (!window.CSS || !CSS.highlights) return;
    CSS.highlights.delete("hit");
    if (!asked.length) return;
    const ranges = [];
    for (const item of all(".item")) {
      if (ranges.length > 2000) break;
      const walk = document.createTreeWalker(item, NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) {
        const content = walk.currentNode.data.toLowerCase();
        for (const word of asked) {
          for (let at = content.indexOf(word); at >= 0; at = content.indexOf(word, at + word.length)) {
            const range = new Range();
            range.setStart(walk.currentNode, at);
            range.setEnd(walk.currentNode, Math.min(at + word.length, walk.currentNode.data.length));
            ranges.push(range);
            const folded = walk.currentNode.parentElement.closest("details:not([open])");
            if (folded && ranges.length < 50) folded.open = true;
          }
        }
      }
    }
    if (ranges.length) CSS.highlights.set("hit", new Highlight(...ranges));
  };

  const remember = () => {
    const asked = new URLSearchParams();
    for (const name of ["q", ...Object.keys(FILTERS)]) if (one(name).value) asked.set(name, one(name).value);
    const wanted = location.pathname + (asked.size ? "?" + asked : "") + location.hash;
    try { history.replaceState(null, "", wanted); } catch { /* an address that may not be changed */ }
  };

  // Charts count what the filters leave: by level, rule and file of all there is, else of what the page holds.
  const LEVELS = ["error", "warning", "note"];
  const bins = all("#remains .chart g");
  const perFile = all("#remains tr[data-b]");
  const perRule = all("#remains tr[data-r]");
  const read = (place) => (place.dataset.c || "").split(",").filter(Boolean).map((part) => {
    const [rule, level, amount] = part.split(" ");
    return { rule, level, amount: Number(amount) };
  });
  const cells = [...perFile.flatMap((row) => [2, 3, 4].map((at) => row.children[at])), ...perRule.map((row) => row.children[1])];
  const rects = [...bins.flatMap((place) => all("rect", place)), ...perRule.map((row) => row.querySelector(".bar rect"))];
  const texts = new Map(cells.map((cell) => [cell, cell.textContent]));
  const sizes = new Map(rects.map((bar) => [bar, ["y", "height", "width"].map((name) => [name, bar.getAttribute(name)])]));
  const binOf = new Map(perFile.map((row) => [row.querySelector("[data-file]").dataset.file, Number(row.dataset.b)]));
  const axis = document.querySelector("#remains .plot .axis");
  const most = axis && axis.textContent;
  const counted = (fromItems) => {
    const file = one("file").value;
    const wanted = ({ rule, level }) => [["rule", rule], ["level", level]].every(([name, value]) =>
      !one(name).value || one(name).value === value);
    if (!fromItems && (!file || binOf.has(file))) {
      const rows = perFile.filter((row) => !file || row.querySelector("[data-file]").dataset.file === file);
      const files = rows.map((row) => ({ row, parts: read(row).filter(wanted) }));
      const places = file ? files.flatMap(({ row, parts }) => parts.map((part) => ({ ...part, bin: Number(row.dataset.b) })))
        : bins.flatMap((place, bin) => read(place).filter(wanted).map((part) => ({ ...part, bin })));
      return { files, places };
    }
    const found = new Map();
    const places = [];
    for (const item of all("#remains .list > .item")) {
      const part = { rule: item.dataset.r, level: item.dataset.l, amount: 1, bin: binOf.get(item.dataset.f) };
      places.push(part);
      found.set(item.dataset.f, [...(found.get(item.dataset.f) || []), part]);
    }
    return { files: perFile.map((row) => ({ row, parts: found.get(row.querySelector("[data-file]").dataset.file) || [] })), places };
  };
  const sum = (parts) => parts.reduce((total, { amount }) => total + amount, 0);
  const chart = (fromItems, active) => {
    if (!axis) return;
    for (const [cell, content] of texts) cell.textContent = content;
    for (const [bar, size] of sizes) for (const [name, value] of size) if (value !== null) bar.setAttribute(name, value);
    for (const row of [...perFile, ...perRule]) row.hidden = false;
    axis.textContent = most;
    one("remains").classList.toggle("filtered", active);
    if (!active) return;
    const { files, places } = counted(fromItems);
    for (const row of perFile) row.hidden = true;
    for (const { row, parts } of files) {
      row.hidden = !parts.length;
      LEVELS.forEach((level, at) => {
        row.children[2 + at].textContent = sum(parts.filter((part) => part.level === level)).toLocaleString("en");
      });
    }
    const rules = perRule.map((row) => sum(places.filter(({ rule }) => rule === row.dataset.r)));
    const top = Math.max(1, ...rules);
    perRule.forEach((row, at) => {
      row.hidden = !rules[at];
      row.children[1].textContent = rules[at].toLocaleString("en");
      row.querySelector(".bar rect").setAttribute("width", `${100 * rules[at] / top}%`);
    });
    const stacks = bins.map((_, bin) => LEVELS.map((level) =>
      sum(places.filter((part) => part.bin === bin && part.level === level))));
    const high = Math.max(1, ...stacks.map((stack) => stack[0] + stack[1] + stack[2]));
    axis.textContent = Math.max(...stacks.map((stack) => stack[0] + stack[1] + stack[2]), 0).toLocaleString("en");
    bins.forEach((place, bin) => {
      let y = 99.4;
      LEVELS.forEach((level, at) => {
        const bar = place.querySelector(`.${level}-f`);
        if (!bar) return;
        const height = 97 * stacks[bin][at] / high;
        y -= height;
        bar.setAttribute("y", y.toFixed(1));
        bar.setAttribute("height", height.toFixed(1));
      });
    });
  };

  const filter = () => {
    const asked = query();
    const chosen = Object.keys(FILTERS).filter((name) => one(name).value);
    const active = asked.length > 0 || chosen.length > 0;
    // What does not fit leaves the page: hiding it would make the browser style all that it has not drawn yet.
    let total = 0;
    const sums = new Map();
    for (const { list, items, title, section } of lists) {
      const fits = items.filter((item) => chosen.every((name) => values(item, name).includes(one(name).value))
        && asked.every((word) => text(item).includes(word)));
      total += fits.length;
      if (fits.length !== list.children.length || fits.some((item) => item.parentNode !== list)) {
        list.replaceChildren(...fits);
      }
      if (title) title.hidden = active && !fits.length;
      if (title && title.matches("details")) title.open = active && fits.length > 0;
      const sum = sums.get(section) || [0, 0];
      sums.set(section, [sum[0] + fits.length, sum[1] + items.length]);
    }
    for (const [section, [fits, items]] of sums) {
      const note = section.querySelector(".shown");
      note.textContent = active ? `${fits} ${tools.dataset.of} ${items} ${tools.dataset.match}` : "";
      section.classList.toggle("none", active && !fits);
    }
    one("nothing").hidden = !active || total > 0;
    one("live").textContent = active ? `${total} ${tools.dataset.match}` : "";
    one("clear").hidden = !active;
    chart(asked.length > 0 || chosen.includes("action") || chosen.includes("kind"), active);
    highlight(asked);
    remember();
    return total;
  };
  // Items that were never drawn have a height that is guessed: go there again until the place stands still.
  const goTo = (target, tries = 20) => {
    if (!target) return;
    const wanted = tools.getBoundingClientRect().height + 12;
    window.scrollBy({ top: target.getBoundingClientRect().top - wanted, behavior: "instant" });
    if (tries > 0) requestAnimationFrame(() => {
      if (Math.abs(target.getBoundingClientRect().top - wanted) > 4) goTo(target, tries - 1);
    });
  };
  const first = (section) => one(section).querySelector(".list > .item") || document.querySelector(".list > .item");
  let wait = 0;
  one("q").addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(() => { filter(); if (query().length) goTo(document.querySelector(".list > .item")); }, 120);
  });
  for (const name of Object.keys(FILTERS)) one(name).addEventListener("change", filter);
  one("clear").addEventListener("click", () => {
    for (const name of ["q", ...Object.keys(FILTERS)]) one(name).value = "";
    filter();
  });
  for (const button of all("button[data-rule], button[data-file]")) {
    button.addEventListener("click", () => {
      const name = button.dataset.rule ? "rule" : "file";
      one(name).value = button.dataset[name];
      filter();
      goTo(first(button.closest("section").id));
    });
  }

  const store = { get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
    set: (key, value) => { try { localStorage.setItem(key, value); } catch { /* private window */ } } };
  const theme = one("theme");
  const wished = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : wished.matches);
  const label = () => { theme.textContent = dark() ? tools.dataset.light : tools.dataset.dark; };
  const kept = store.get("feedtools-theme");
  if (kept === "dark" || kept === "light") root.dataset.theme = kept;
  theme.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    store.set("feedtools-theme", root.dataset.theme);
    label();
  });
  wished.addEventListener("change", label);
  label();
  const source = one("source");
  source.addEventListener("click", () => {
    rendered = !rendered;
    source.setAttribute("aria-pressed", String(!rendered));
    redraw();
  });
  const made = one("made");
  if (made) {
    const when = new Date(document.lastModified);
    made.dateTime = when.toISOString();
    made.textContent = when.toLocaleString(root.lang, { dateStyle: "medium", timeStyle: "short" });
  }

  // Choices become lines in the format of `feedtools review`, which `feedtools publish` appends to its log.
  // The page lies in its output, so that its address says where that is; one that a server shows cannot know it.
  if (location.protocol === "file:") {
    const folder = decodeURIComponent(location.pathname).replace(/\/[^/]*$/, "").replace(/^\/(?=[A-Za-z]:)/, "");
    const out = (location.host ? `//${location.host}` : "") + folder;
    const windows = /^([A-Za-z]:|\/\/)/.test(out);
    const quoted = /^[\w/.:@%+,-]+$/.test(out) ? out : windows ? `"${out}"` : `'${out.replaceAll("'", `'"'"'`)}'`;
    one("publish").textContent = one("publish").textContent.replace("OUT", () => quoted);
    one("where").hidden = true;
  }
  const decisions = new Map();
  const number = () => [...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const told = () => {
    one("decided").textContent = decisions.size;
    one("decisions").hidden = one("how").hidden = !decisions.size;
  };
  const decide = (key, verb, row) => {
    const id = number();
    const time = new Date().toISOString().replace(/\.\d+Z$/, "Z");
    decisions.set(key, { decision: verb, id, time, ...row });
  };
  // What is decided about words holds in every article that has them, so that all of their buttons show it.
  const about = (button) => JSON.parse(button.dataset.o);
  const stands = (button) => {
    const { rule, words, instead } = about(button);
    const row = decisions.get(`words ${rule} ${words}`);
    return row !== undefined && row.decision === button.dataset.do && (row.decision === "allow" || row.instead === instead);
  };
  const wordButtons = all(".choices button[data-o]");
  const show = () => wordButtons.forEach((button) => button.setAttribute("aria-pressed", String(stands(button))));
  for (const box of all(".choices")) {
    box.hidden = false;
    const facts = JSON.parse(box.dataset.d);
    if (facts.to === undefined) facts.to = facts.text;
    const item = box.closest(".item");
    const place = { path: facts.path, line: facts.line };
    const pressed = (button, on) => button.setAttribute("aria-pressed", String(on));
    box.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const verb = button.dataset.do;
      const offer = button.dataset.o ? about(button) : null;
      const key = offer ? `words ${offer.rule} ${offer.words}` : `article ${item.id}`;
      const before = offer ? stands(button) : button.getAttribute("aria-pressed") === "true";
      if (before) {
        decisions.delete(key);
        pressed(button, false);
        show();
        const field = box.querySelector("textarea");
        if (verb === "edit" && field) field.remove();
        told();
        return;
      }
      if (!offer) for (const other of all("button[data-do]:not([data-o])", box)) pressed(other, false);
      pressed(button, true);
      if (verb !== "edit" && !offer) all("textarea", box).forEach((field) => field.remove());
      if (verb === "take") decide(key, verb, { rule: offer.rule, words: offer.words, instead: offer.instead, ...place });
      if (verb === "allow") decide(key, verb, { rule: offer.rule, words: offer.words, ...place });
      if (verb === "publish") decide(key, verb, { text: facts.text, to: facts.to, rules: facts.rules, ...place });
      if (verb === "reject") decide(key, verb, { text: facts.text, ...place });
      if (verb === "edit") {
        const field = document.createElement("textarea");
        field.value = facts.to;
        field.rows = 8;
        field.setAttribute("aria-label", button.textContent);
        const shown = field.value;
        const single = (text) => (facts.text.includes("\n") ? text : text.replace(/\s*\n\s*/g, " "));
        const take = () => {
          // An edit that changes nothing is no decision, and takes the place of none.
          if (single(field.value) === single(shown)) decisions.delete(key);
          else decide(key, verb, { text: facts.text, to: single(field.value), ...place });
          told();
        };
        field.addEventListener("input", take);
        box.append(field);
        take();
        field.focus();
      }
      show();
      told();
    });
  }
  const lines = () => [...decisions.values()].map((row) => JSON.stringify(row) + "\n").join("");
  one("decisions").addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([lines()], { type: "application/x-ndjson" }));
    link.download = one("decisions").dataset.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });

  const step = (by) => {
    const stops = all(".item");
    if (!stops.length) return;
    const here = document.activeElement && document.activeElement.closest(".item");
    const at = here ? stops.indexOf(here) + by : by > 0 ? 0 : stops.length - 1;
    const next = stops[Math.max(0, Math.min(stops.length - 1, at))];
    const folded = next.closest("details:not([open])");
    if (folded) folded.open = true;
    (next.querySelector(":scope > details > summary") || next).focus();
    next.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "Escape" && typing) {
      if (event.target.id === "q") { one("q").value = ""; filter(); }
      event.target.blur();
    } else if (!typing && event.key === "/") {
      event.preventDefault();
      one("q").focus();
    } else if (!typing && event.key === "j") step(1);
    else if (!typing && event.key === "k") step(-1);
  });

  tools.hidden = false;
  // Where the bar sticks, links within the page stop below it, however many rows it takes.
  const bar = new CSSStyleSheet();
  document.adoptedStyleSheets = [bar];
  const below = () => bar.replaceSync(`:root { --bar: ${tools.getBoundingClientRect().height + 12}px }`);
  new ResizeObserver(below).observe(tools);
  below();
  const asked = new URLSearchParams(location.search);
  for (const name of ["q", ...Object.keys(FILTERS)]) if (asked.has(name)) one(name).value = asked.get(name);
  if ([...asked.keys()].length) filter();
  const here = () => {
    const target = location.hash.length > 1 && one(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const folded = target.querySelector(":scope > details") || target.closest("details.fixes");
    if (folded) folded.open = true;
    goTo(target);
    target.focus({ preventScroll: true });
  };
  window.addEventListener("hashchange", here);
  here();
})();
