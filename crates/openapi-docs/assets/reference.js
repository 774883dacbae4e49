// Search, copy buttons and the remembered theme. The pages can be read without any of it.
"use strict";

(() => {
  const page = document.documentElement;
  const root = page.dataset.root || "";

  // Theme. Storage may be closed to a page, which then forgets.
  const remembered = {
    get() { try { return localStorage.getItem("theme"); } catch { return null; } },
    set(value) { try { localStorage.setItem("theme", value); } catch { /* forgotten */ } },
  };
  const show = (theme) => {
    if (theme === "light" || theme === "dark") page.dataset.theme = theme;
    else delete page.dataset.theme;
  };
  const themes = document.querySelectorAll("#theme input");
  const chosen = remembered.get();
  for (const input of themes) {
    if (input.value === chosen) input.checked = true;
    input.addEventListener("change", () => { show(input.value); remembered.set(input.value); });
  }
  if (chosen) show(chosen);

  // Copy buttons.
  const addButton = (element) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy-button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText((element.querySelector("code") || element).textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(element);
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    if (element.tagName !== "PRE") { element.after(button); return; }
    const holder = document.createElement("div");
    holder.className = "copied";
    element.replaceWith(holder);
    holder.append(element, button);
  };
  if (navigator.clipboard || getSelection) document.querySelectorAll(".copy").forEach(addButton);

  // A folded part opens when its anchor is asked for.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    let folded = false;
    for (let at = target.parentElement; at; at = at.parentElement) {
      if (at.tagName === "DETAILS" && !at.open) { at.open = true; folded = true; }
    }
    if (folded) target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  // Search. The index is fetched when somebody begins to type, as a script: that works from a disk too.
  const box = document.getElementById("search");
  const query = document.getElementById("query");
  const results = document.getElementById("results");
  const status = document.getElementById("search-status");
  if (!box || !query || !results) return;
  box.hidden = false;

  let entries = null;
  let loading = false;
  const load = () => {
    if (entries || loading) return;
    loading = true;
    const script = document.createElement("script");
    script.src = root + "assets/search-index.js";
    script.addEventListener("load", () => {
      entries = (window.referenceIndex || []).map(([kind, title, detail, path]) => ({
        kind, title, detail, path, words: [...words(title), joined(title)], rest: words(detail), plain: title.toLowerCase(),
      }));
      search();
    });
    document.head.append(script);
  };

  const words = (text) => text.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);

  // A name written without its gaps, as in `apiclient`.
  const joined = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");

  // Whether one letter more, less, other or swapped makes `a` of `b`, or of what begins it.
  const isNear = (a, b) => {
    if (a.length < 4) return false;
    let i = 0;
    while (i < a.length && a[i] === b[i]) i++;
    const rest = a.slice(i + 1);
    return b.slice(i + 1).startsWith(rest) || b.slice(i).startsWith(rest) || b.slice(i + 1).startsWith(a.slice(i))
      || (a[i] === b[i + 1] && a[i + 1] === b[i] && b.slice(i + 2).startsWith(a.slice(i + 2)));
  };
  const rate = (wanted, found) => {
    let best = 0;
    for (const word of found) {
      if (word === wanted) return 4;
      if (word.startsWith(wanted)) best = Math.max(best, 3);
      else if (wanted.length > 2 && word.includes(wanted)) best = Math.max(best, 2);
      else if (best === 0 && isNear(wanted, word)) best = 1;
    }
    return best;
  };
  const weights = { operation: 1.4, schema: 1.3, event: 1.3, code: 1.2, tag: 1.2, member: 1 };
  const score = (entry, wanted, text) => {
    let sum = entry.plain === text ? 10 : entry.plain.startsWith(text) ? 4 : 0;
    for (const word of wanted) {
      const here = Math.max(2 * rate(word, entry.words), rate(word, entry.rest));
      if (here === 0) return 0;
      sum += here;
    }
    return sum * (weights[entry.kind] || 1) - entry.title.length / 200;
  };

  let selected = -1;
  const select = (index) => {
    const items = results.children;
    if (selected >= 0 && items[selected]) items[selected].setAttribute("aria-selected", "false");
    selected = items.length ? (index + items.length) % items.length : -1;
    if (selected < 0) { query.removeAttribute("aria-activedescendant"); return; }
    items[selected].setAttribute("aria-selected", "true");
    items[selected].scrollIntoView({ block: "nearest" });
    query.setAttribute("aria-activedescendant", items[selected].id);
  };
  const item = (entry, index) => {
    const line = document.createElement("li");
    line.id = "result-" + index;
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    const link = document.createElement("a");
    link.href = root + entry.path;
    link.tabIndex = -1;
    const kind = document.createElement("span");
    kind.className = "result-kind";
    kind.textContent = entry.kind;
    const detail = document.createElement("small");
    detail.textContent = entry.detail;
    link.append(kind, entry.title, detail);
    line.append(link);
    return line;
  };
  const close = () => { results.hidden = true; query.setAttribute("aria-expanded", "false"); select(-1); };
  const search = () => {
    const text = query.value.trim().toLowerCase();
    const wanted = words(query.value);
    if (!entries || wanted.length === 0) { results.replaceChildren(); status.textContent = ""; close(); return; }
    const found = [];
    for (const entry of entries) {
      const value = score(entry, wanted, text);
      if (value > 0) found.push([value, entry]);
    }
    found.sort((a, b) => b[0] - a[0]);
    selected = -1;
    results.replaceChildren(...found.slice(0, 20).map(([, entry], index) => item(entry, index)));
    results.hidden = found.length === 0;
    query.setAttribute("aria-expanded", String(found.length > 0));
    status.textContent = found.length === 0 ? "Nothing found" : found.length + " found";
    select(0);
  };

  query.addEventListener("focus", load);
  query.addEventListener("input", () => { load(); search(); });
  query.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { select(selected + 1); event.preventDefault(); }
    else if (event.key === "ArrowUp") { select(selected - 1); event.preventDefault(); }
    else if (event.key === "Escape") { query.value = ""; search(); query.blur(); }
    else if (event.key === "Enter" && results.children[selected]) {
      results.children[selected].querySelector("a").click();
      close();
    }
  });
  document.addEventListener("click", (event) => { if (!box.contains(event.target)) close(); });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    query.focus();
  });
})();
