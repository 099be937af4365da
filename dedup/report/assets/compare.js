// A family's page: any two members that were compared, side by side, built from the texts that stand in the page.
"use strict";
(() => {
  const place = document.getElementById("compare");
  if (!place) return;
  const pairs = JSON.parse(place.dataset.pairs);
  const furniture = JSON.parse(place.dataset.furniture);
  const words = JSON.parse(place.dataset.relations);
  const [first, second] = place.querySelectorAll("select");
  const said = place.querySelector("[aria-live]");
  const sides = place.querySelector(".sides");
  if (!pairs.length) return;
  place.hidden = false;

  const partners = new Map();
  pairs.forEach(([a, b], number) => {
    for (const [here, there] of [[a, b], [b, a]]) {
      if (!partners.has(here)) partners.set(here, new Map());
      partners.get(here).set(there, number);
    }
  });

  // Places are counted in characters, which are not what a string of JavaScript is made of.
  const textOf = (member) => [...document.getElementById(`text-${member}`).textContent];

  function fill(select, members, chosen) {
    select.replaceChildren(...members.map((member) => new Option(words.names[member], member, false, member === chosen)));
  }

  function element(name, text, className) {
    const made = document.createElement(name);
    // What is left out leaves a mark, which stands beside it.
    if (name === "s") made.append(element("span", text)); else made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  // Signs that a text begins with end what stands before it: they were neither added nor cut.
  function told(text) {
    const after = text.match(/^[^\p{L}\p{N}]*/u)[0].length;
    return [text.slice(0, after), after < text.length ? element("span", text.slice(after)) : ""];
  }
  function* own(letters, start, end, stripped) {
    for (const [from, to] of stripped) {
      const first = Math.max(from, start), last = Math.min(to, end);
      if (first >= last) continue;
      if (first > start) yield* told(letters.slice(start, first).join(""));
      yield element("s", letters.slice(first, last).join(""));
      start = last;
    }
    if (start < end) yield* told(letters.slice(start, end).join(""));
  }

  // Which words of two wordings of a passage the other does not have in their place, as edits.py finds them.
  const word = /\S+/gu, inside = /[\p{L}\p{N}]+/gu, ahead = 12, alike = 2;
  function meeting(a, b, i, j) {
    for (let far = 1; far <= 2 * ahead; far++) {
      for (let skipped = Math.max(0, far - ahead); skipped <= Math.min(far, ahead); skipped++) {
        const p = i + skipped, q = j + far - skipped;
        if (p < a.length && a.slice(p, p + alike).join("\n") === b.slice(q, q + alike).join("\n")) return [p, q];
      }
    }
    return [a.length, b.length];
  }
  function edits(one, other) {
    const here = [...one.matchAll(word)], there = [...other.matchAll(word)], found = [[], []];
    const [a, b] = [here, there].map((words) => words.map((each) => (each[0].toLowerCase().match(inside) ?? []).join(" ")));
    let i = 0, j = 0;
    while (one !== other && (i < a.length || j < b.length)) {
      if (i < a.length && a[i] === b[j]) { i++; j++; continue; }
      const [after, behind] = meeting(a, b, i, j);
      if (after > i) found[0].push([here[i].index, here[after - 1].index + here[after - 1][0].length]);
      if (behind > j) found[1].push([there[j].index, there[behind - 1].index + there[behind - 1][0].length]);
      [i, j] = [after, behind];
    }
    return found;
  }

  // The parts of a span that lie in none of some others.
  function* outside([start, end], others) {
    for (const [first, last] of others) {
      if (start < first && first < end) yield [start, first];
      if (first < end) start = Math.max(start, last);
    }
    if (start < end) yield [start, end];
  }

  function* wordings(text, edited, skipped) {
    const parts = edited.flatMap((edit) => [...outside(edit, skipped)].map((part) => [...part, "u"]));
    let place = 0;
    for (const [start, end, name] of [...parts, ...skipped.map((part) => [...part, "s"])].sort((x, y) => x[0] - y[0])) {
      if (start > place) yield text.slice(place, start);
      yield element(name, text.slice(start, end));
      place = end;
    }
    if (place < text.length) yield text.slice(place);
  }

  // Where furniture stands between two places of a text, counted from the first as a string is.
  function within(letters, stripped, start, end) {
    const length = (from, to) => letters.slice(from, to).join("").length;
    return stripped.filter(([from, to]) => from < end && to > start)
      .map(([from, to]) => [length(start, Math.max(from, start)), length(start, Math.min(to, end))]);
  }

  function mark(text, edited, skipped, number, here, there, paired) {
    const made = element("mark", "");
    if (paired) {
      made.id = `c${here}${number}`;
      const link = element("a", "");
      link.href = `#c${there}${number}`;
      link.dataset.n = number;
      link.setAttribute("aria-label", words.passage.replace("%(number)s", number));
      made.append(link);
    }
    made.append(...wordings(text, edited, skipped));
    return made;
  }

  // What of the runs of a text is shown, from where to where: where two overlap, the words go to the first to start.
  function* shown(runs, length) {
    let reached = 0;
    for (const run of [...runs].sort((x, y) => x[0] - y[0] || x[1] - y[1])) {
      const first = Math.max(run[0], reached), last = Math.min(run[1], length);
      if (first >= last) continue;
      yield [first, last, run];
      reached = last;
    }
  }

  function side(member, runs, here, there, kind, both) {
    const letters = textOf(member), box = element("div", "", `text ${kind}`), whole = element("div", "", "side");
    const original = document.getElementById(`text-${member}`);
    box.dir = "auto";
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", words.names[member]);
    if (original.lang) box.lang = original.lang;
    let reached = 0;
    for (const [first, last, [start, end, number, edited]] of shown(runs, letters.length)) {
      box.append(...own(letters, reached, first, furniture[member] ?? []));
      // Where passages overlap, which is rare, the words that differ are not told.
      const whole = first === start && last === end;
      const skipped = within(letters, furniture[member] ?? [], first, last);
      box.append(mark(letters.slice(first, last).join(""), whole ? edited : [], skipped, number, here, there, both.has(number)));
      reached = last;
    }
    box.append(...own(letters, reached, letters.length, furniture[member] ?? []));
    const title = element("h3", words.names[member]);
    whole.append(title, box);
    return whole;
  }

  function draw() {
    const a = Number(first.value), b = Number(second.value);
    const number = partners.get(a).get(b), [start, , passages] = pairs[number];
    const turned = start === a ? passages : passages.map(([p, q, r, s]) => [r, s, p, q]);
    const ordered = [...turned].sort((x, y) => x[2] - y[2] || x[0] - y[0]);
    const one = textOf(a), two = textOf(b);
    const edited = ordered.map(([p, q, r, s]) => edits(one.slice(p, q).join(""), two.slice(r, s).join("")));
    const left = ordered.map(([start, end], at) => [start, end, at + 1, edited[at][0]]);
    const right = ordered.map(([, , start, end], at) => [start, end, at + 1, edited[at][1]]);
    const numbers = (runs, length) => new Set([...shown(runs, length)].map(([, , run]) => run[2]));
    // A passage that the other text shows as a part of another one leads nowhere.
    const there = numbers(right, two.length), both = new Set([...numbers(left, one.length)].filter((each) => there.has(each)));
    sides.replaceChildren(side(a, left, "a", "b", "cut", both), side(b, right, "b", "a", "added", both));
    said.textContent = words.said[number];
  }

  function choose(member, kept) {
    const found = [...partners.get(member).keys()].sort((x, y) => x - y);
    fill(second, found, found.includes(kept) ? kept : found[0]);
    draw();
  }

  const all = [...partners.keys()].sort((x, y) => x - y);
  fill(first, all, all[0]);
  first.addEventListener("change", () => choose(Number(first.value), Number(second.value)));
  second.addEventListener("change", draw);
  place.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  choose(all[0], -1);

  // The passage under the pointer, and where it stands in the other text.
  document.addEventListener("pointerover", (event) => {
    for (const lit of document.querySelectorAll("mark.partner")) lit.classList.remove("partner");
    const link = event.target.closest?.("mark")?.querySelector("a");
    if (link) document.getElementById(link.hash.slice(1))?.classList.add("partner");
  });
})();
