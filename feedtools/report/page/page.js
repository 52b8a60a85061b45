"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (id) => document.getElementById(id);
  const root = document.documentElement;
  const lists = all("ul.list").map((list) => (
    { list, items: [...list.children], note: list.closest("section").querySelector(".shown") }
  ));
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
  const redraw = () => { for (const place of seen) draw(place); };

  const text = (item) => {
    if (!words.has(item)) {
      const formulas = all("var[data-on]", item).map((formula) => formula.title).join(" ");
      words.set(item, (item.textContent + " " + formulas).toLowerCase());
    }
    return words.get(item);
  };
  const filter = () => {
    const query = one("q").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const rule = one("rule").value;
    const kind = one("kind").value;
    // What does not fit leaves the page: hiding it would make the browser style all that it has not drawn yet.
    let total = 0;
    for (const { list, items, note } of lists) {
      const fits = items.filter((item) => (!rule || !item.dataset.r || item.dataset.r === rule)
        && (!kind || !item.dataset.k || item.dataset.k.split(" ").includes(kind))
        && query.every((word) => text(item).includes(word)));
      total += fits.length;
      if (fits.length !== list.children.length || fits.some((item) => item.parentNode !== list)) {
        list.replaceChildren(...fits);
      }
      note.textContent = fits.length === items.length ? "" : `${fits.length} of ${items.length} match`;
    }
    one("live").textContent = query.length || rule || kind ? `${total} match` : "";
  };
  let wait = 0;
  one("q").addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(filter, 120); });
  one("rule").addEventListener("change", filter);
  one("kind").addEventListener("change", filter);
  for (const button of all("button[data-rule]")) {
    button.addEventListener("click", () => {
      one("rule").value = button.dataset.rule;
      filter();
      one("findings").scrollIntoView();
    });
  }

  const theme = one("theme");
  const wished = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : wished.matches);
  const label = () => { theme.textContent = dark() ? "Light" : "Dark"; };
  theme.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
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

  const step = (by) => {
    const stops = all(".item");
    if (!stops.length) return;
    const here = document.activeElement && document.activeElement.closest(".item");
    const at = here ? stops.indexOf(here) + by : by > 0 ? 0 : stops.length - 1;
    const next = stops[Math.max(0, Math.min(stops.length - 1, at))];
    (next.querySelector("summary") || next).focus();
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
  one("tools").hidden = false;
})();
