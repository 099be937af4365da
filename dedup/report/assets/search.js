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
  const texts = rows.map((row) => folded(`${row[2]} ${row[3].join(" ")} ${row[4].map((site) => sites[site]).join(" ")}`));

  function fill(name, entries) {
    form.elements[name].append(...entries.map(([value, label]) => new Option(label, value)));
  }
  // As they stand in the address: by name, since numbers are those of one report.
  const named = sites.map((site) => site || "–");
  fill("site", named.map((site) => [site, site]));
  fill("language", languages);
  fill("relation", relations);
  form.hidden = false;

  const wanted = () => folded(form.elements.q.value).split(/\s+/).filter(Boolean);

  function tests() {
    const asked = Object.fromEntries(new FormData(form)), sought = wanted();
    const found = [];
    if (sought.length) found.push((_row, number) => sought.every((word) => texts[number].includes(word)));
    if (asked.kind) found.push((row) => row[0] === asked.kind);
    if (asked.site) found.push((row) => row[4].includes(named.indexOf(asked.site)));
    if (asked.language) found.push((row) => row[5].includes(asked.language));
    if (asked.relation) found.push((row) => row[6].includes(asked.relation));
    if (asked.since) found.push((row) => row[8] >= asked.since);
    if (asked.until) found.push((row) => row[7] && row[7] <= asked.until);
    return found;
  }

  const dayName = (day) => { const [year, month, date] = day.split("-"); return `${+date} ${words.months[month - 1]} ${+year}`; };
  // Where words are found that the title does not have: the first headline, or term, that has most of them.
  function reason(title, others) {
    const missing = wanted().filter((word) => !folded(title).includes(word));
    const hits = (other) => missing.filter((word) => folded(other).includes(word)).length;
    return others.reduce((best, other) => (hits(other) > (best ? hits(best) : 0) ? other : best), "");
  }

  function item([kind, file, title, others, , , , first, last, articles, many]) {
    const made = document.createElement("li"), link = document.createElement("a"), name = document.createElement("bdi");
    link.href = `${kind === "s" ? "stories" : "families"}/${file}.html`;
    name.textContent = title;
    link.append(name);
    const more = document.createElement("span");
    more.className = "small muted";
    const days = first && (first === last ? dayName(first) : `${dayName(first)} – ${dayName(last)}`);
    const sizes = kind === "s" ? [`${many} ${words.texts}`, `${articles} ${words.articles}`] : [`${articles} ${words.articles}`];
    more.textContent = ` ${[kind === "s" ? words.story : words.family, ...sizes, days].filter(Boolean).join(" · ")}`;
    made.append(link, more);
    const also = reason(title, others);
    if (also) {
      const told = document.createElement("bdi"), line = document.createElement("span");
      line.className = "small also";
      told.textContent = also;
      line.append(`${words.also} `, told);
      made.append(line);
    }
    return made;
  }

  // What is asked stands in the address, to be linked and to be there again when somebody comes back.
  function read() {
    const said = new URLSearchParams(location.search);
    for (const field of form.elements) {
      if (!field.name) continue;
      field.value = said.get(field.name) ?? "";
      if (field.selectedIndex === -1) field.value = "";
    }
  }
  function write() {
    const address = new URL(location.href);
    address.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    if (address.href !== location.href) history.replaceState(null, "", address);
  }

  function search() {
    const asked = tests();
    write();
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
  // A browser may fill in what stood here before, after this has run.
  addEventListener("pageshow", search);
  read();
  search();
})();
