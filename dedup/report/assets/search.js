// Finds stories and families by words and filters. The index is a script of its own: pages from a file may read no other.
"use strict";
(() => {
  const form = document.getElementById("search"), section = document.getElementById("results");
  const lists = document.getElementById("lists");
  const count = section.querySelector(".count"), results = section.querySelector("ol");
  const words = JSON.parse(section.dataset.words);
  const { sites, languages, relations, rows } = window.gema;
  const most = 200;
  // As it is searched: no case, no accents.
  const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const texts = rows.map((row) => folded(`${row[2]} ${row[3]} ${row[4].map((site) => sites[site]).join(" ")}`));

  function fill(name, entries) {
    form.elements[name].append(...entries.map(([value, label]) => new Option(label, value)));
  }
  fill("site", sites.map((site, number) => [number, site || "–"]));
  fill("language", languages);
  fill("relation", relations);
  form.hidden = false;

  function tests() {
    const asked = Object.fromEntries(new FormData(form));
    const wanted = folded(asked.words).split(/\s+/).filter(Boolean);
    const found = [];
    if (wanted.length) found.push((_row, number) => wanted.every((word) => texts[number].includes(word)));
    if (asked.kind) found.push((row) => row[0] === asked.kind);
    if (asked.site) found.push((row) => row[4].includes(Number(asked.site)));
    if (asked.language) found.push((row) => row[5].includes(asked.language));
    if (asked.relation) found.push((row) => row[6].includes(asked.relation));
    if (asked.since) found.push((row) => row[8] >= asked.since);
    if (asked.until) found.push((row) => row[7] && row[7] <= asked.until);
    return found;
  }

  function item([kind, file, title, , , , , first, last, articles, many]) {
    const made = document.createElement("li"), link = document.createElement("a"), name = document.createElement("bdi");
    link.href = `${kind === "s" ? "stories" : "families"}/${file}.html`;
    name.textContent = title;
    link.append(name);
    const more = document.createElement("span");
    more.className = "small muted";
    const days = first === last ? first : `${first} – ${last}`;
    const sizes = kind === "s" ? [`${many} ${words.texts}`, `${articles} ${words.articles}`] : [`${articles} ${words.articles}`];
    more.textContent = ` ${[kind === "s" ? words.story : words.family, ...sizes, days].filter(Boolean).join(" · ")}`;
    made.append(link, more);
    return made;
  }

  function search() {
    const asked = tests();
    section.hidden = !asked.length;
    lists.hidden = Boolean(asked.length);
    if (!asked.length) return;
    const found = rows.filter((row, number) => asked.every((test) => test(row, number)));
    results.replaceChildren(...found.slice(0, most).map(item));
    const number = words.found.replace("%(number)s", found.length);
    count.textContent = !found.length ? words.none : found.length > most ? `${number}. ${words.more.replace("%(number)s", most)}` : number;
  }

  let waiting;
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(search, 120); });
  form.addEventListener("reset", () => setTimeout(search));
  form.addEventListener("submit", (event) => { event.preventDefault(); search(); });
  const asked = new URLSearchParams(location.search).get("q");
  if (asked) form.elements.words.value = asked;
  search();
})();
