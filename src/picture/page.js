"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const by = (id) => document.getElementById(id);
  const canvas = by("canvas"), pen = canvas.getContext("2d"), side = by("side"), search = by("search");
  const [W, H] = data.size;
  const FAR = 0.22; // the zoom below which names are too small to read
  const RELATION = ["uses", "selects", "makes"], BACKWARD = ["used by", "selected by", "made by"];
  const STATE = ["", "Made by what is named below, not defined in a manifest",
    "Not in what was read, and need not be", "Needed, but nothing that was read defines or makes it"];
  const COLUMN = ["Entry", "Service, policy", "Workload", "Account, volume", "Secret, configuration", "Maker", "Issuer, store"];

  const nodes = data.nodes.map(([kind, name, panel, x, y, state, rank, places], id) => ({
    id, kind: data.kinds[kind], name: name || "(no name)", panel, x, y, state, rank, places, out: [], into: [],
    space: data.panels[panel][0], bad: state === 3,
  }));
  const edges = data.edges.map(([from, to, relation, place, field, keys, fate, meant, lacks]) => {
    const edge = { from: nodes[from], to: nodes[to], relation, place, field, keys, fate, meant, lacks };
    edge.bad = fate === 2 || lacks.length > 0;
    edge.part = edge.to.kind === "Service" ? "port" : "key";
    edge.from.out.push(edge);
    edge.to.into.push(edge);
    return edge;
  });
  // Of several fields between the same two only one line is drawn, the worst on top.
  const worst = (edge) => (edge.bad ? 2 : edge.fate);
  const lines = [...edges.reduce((all, edge) => {
    const key = edge.from.id * nodes.length + edge.to.id, old = all.get(key);
    if (!old || worst(old) < worst(edge)) all.set(key, edge);
    return all;
  }, new Map()).values()];
  for (const edge of lines) {
    const a = edge.from, b = edge.to, right = b.x >= a.x + W, same = Math.abs(b.x - a.x) < W;
    edge.x0 = right || same ? a.x + W : a.x; edge.y0 = a.y + H / 2;
    edge.x1 = right ? b.x : b.x + W; edge.y1 = b.y + H / 2;
    edge.across = a.panel !== b.panel;
    edge.bend = same ? 44 : Math.max(36, Math.abs(edge.x1 - edge.x0) * 0.45);
    edge.turn0 = right || same ? 1 : -1; edge.turn1 = right ? -1 : 1;
    edge.left = Math.min(edge.x0, edge.x1) - edge.bend; edge.right = Math.max(edge.x0, edge.x1) + edge.bend;
    edge.top = Math.min(edge.y0, edge.y1); edge.bottom = Math.max(edge.y0, edge.y1);
  }
  const file = (place) => data.files[place[0]] + (place[1] ? ":" + place[1] : "");
  const texts = nodes.map((n) =>
    `${n.kind} ${n.space}/${n.name} ${n.kind}/${n.name} ${n.places.map((p) => data.files[p[0]]).join(" ")}`.toLowerCase());
  const number = (n, word) => `${n.toLocaleString("en")} ${word}${n === 1 ? "" : "s"}`;
  by("totals").textContent =
    `${number(nodes.filter((n) => n.state < 2).length, "object")}, ${number(edges.length, "reference")}`;
  // What breaks, in words: references that dangle, and those to something that lacks a key.
  const broken = [["dangling", (e) => e.fate === 2], ["missing a key", (e) => e.lacks.length && e.part === "key"],
    ["missing a port", (e) => e.lacks.length && e.part === "port"]]
    .map(([what, is]) => [edges.filter(is).length, what]).filter(([count]) => count)
    .map(([count, what]) => `${count.toLocaleString("en")} ${what}`).join(", ");
  by("dangling").textContent = broken || "None dangling";
  by("dangling").disabled = !broken;
  by("dangling").title = "Show only what is missing, and who needs it (d)";

  let width = 0, height = 0, ratio = 1, view = { x: 0, y: 0, z: 1 }, colors = {};
  let chosen = null, over = null, found = null, onlyBad = false, asked = false;

  // Themes: the system's until the reader chooses.
  const system = matchMedia("(prefers-color-scheme: dark)");
  let own = null;
  function theme() {
    document.documentElement.dataset.theme = own ?? (system.matches ? "dark" : "light");
    const style = getComputedStyle(document.documentElement);
    for (const name of ["back", "panel", "card", "line", "ink", "soft", "edge", "accent", "accent-soft", "red", "red-soft",
      "c0", "c1", "c2", "c3", "c4", "c5", "c6"]) colors[name] = style.getPropertyValue("--" + name).trim();
    draw();
  }
  function legend() {
    const used = new Set(nodes.map((n) => n.rank));
    const line = (color, dash) => `<svg width="26" height="8"><path d="M0 4H26" stroke="var(--${color})" stroke-width="2" stroke-dasharray="${dash}"/></svg>`;
    by("legend").innerHTML = COLUMN.map((name, i) => used.has(i)
      ? `<span><svg width="10" height="10"><rect width="10" height="10" rx="3" fill="var(--c${i})"/></svg>${name}</span>` : "").join("") +
      `<span>${line("edge", "")}uses</span><span>${line("edge", "6 4")}optional</span><span>${line("c1", "2 3")}selects</span>` +
      `<span>${line("c5", "2 3")}makes</span><span>${line("red", "")}dangling${edges.some((e) => e.lacks.length) ? ", or missing a key or port" : ""}</span>`;
  }

  const bounds = (() => {
    let right = 1, bottom = 1;
    for (const [, x, y, w, h] of data.panels) { right = Math.max(right, x + w); bottom = Math.max(bottom, y + h); }
    return { right, bottom };
  })();
  const panelRoom = () => (side.hidden || width < 800 ? 0 : 420);
  function show(left, top, right, bottom, most) {
    const room = panelRoom();
    const z = Math.min(most, (width - room - 56) / (right - left), (height - 96) / (bottom - top));
    view = { z: Math.max(z, 0.004), x: (left + right) / 2, y: (top + bottom) / 2 };
    view.x += room / 2 / view.z;
    view.y += 20 / view.z;
    draw();
  }
  const fit = () => show(0, 0, bounds.right, bounds.bottom, 1.1);
  const toScreen = (x, y) => [(x - view.x) * view.z + width / 2, (y - view.y) * view.z + height / 2];
  const toWorld = (x, y) => [(x - width / 2) / view.z + view.x, (y - height / 2) / view.z + view.y];
  function zoom(factor, x = (width - panelRoom()) / 2, y = height / 2) {
    const [wx, wy] = toWorld(x, y);
    view.z = Math.min(3, Math.max(0.004, view.z * factor));
    view.x = wx - (x - width / 2) / view.z;
    view.y = wy - (y - height / 2) / view.z;
    draw();
  }

  function draw() {
    if (!asked) { asked = true; requestAnimationFrame(paint); }
  }
  // What is lit, or null for everything.
  function lit() {
    const focus = chosen ?? (found ? null : over);
    if (focus) {
      const all = new Set([focus]);
      for (const edge of focus.out) all.add(edge.to);
      for (const edge of focus.into) all.add(edge.from);
      return all;
    }
    if (found) return found;
    if (onlyBad) {
      const all = new Set();
      for (const edge of edges) if (edge.bad) { all.add(edge.from); all.add(edge.to); }
      return all;
    }
    return null;
  }
  const widths = new Map();
  function short(text, font, room) {
    const key = font + "\0" + text;
    let kept = widths.get(key);
    if (kept === undefined) {
      kept = text;
      if (pen.measureText(text).width > room) {
        let low = 0, high = text.length;
        while (low < high) {
          const middle = (low + high + 1) >> 1;
          if (pen.measureText(text.slice(0, middle) + "…").width <= room) low = middle; else high = middle - 1;
        }
        kept = text.slice(0, low) + "…";
      }
      if (widths.size > 40000) widths.clear();
      widths.set(key, kept);
    }
    return kept;
  }
  function stroke(list, color, thick, dash, alpha) {
    if (!list.length) return;
    const z = view.z, curved = z > 0.12 || list.length < 400;
    pen.beginPath();
    for (const e of list) {
      pen.moveTo(e.x0, e.y0);
      if (curved) pen.bezierCurveTo(e.x0 + e.bend * e.turn0, e.y0, e.x1 + e.bend * e.turn1, e.y1, e.x1, e.y1);
      else pen.lineTo(e.x1, e.y1);
    }
    pen.globalAlpha = alpha;
    pen.strokeStyle = color;
    pen.lineWidth = thick / Math.max(Math.min(z, 1), 0.02);
    pen.setLineDash(z > 0.15 ? dash : []);
    pen.stroke();
    pen.setLineDash([]);
    if (z > 0.3) {
      pen.beginPath();
      for (const e of list) {
        pen.moveTo(e.x1, e.y1);
        pen.lineTo(e.x1 + 8 * e.turn1, e.y1 - 4.5);
        pen.lineTo(e.x1 + 8 * e.turn1, e.y1 + 4.5);
        pen.closePath();
      }
      pen.fillStyle = color;
      pen.fill();
    }
    pen.globalAlpha = 1;
  }
  function paint() {
    asked = false;
    const z = view.z, [left, top] = toWorld(0, 0), [right, bottom] = toWorld(width, height);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.fillStyle = colors.back;
    pen.fillRect(0, 0, width, height);
    pen.setTransform(ratio * z, 0, 0, ratio * z, ratio * (width / 2 - view.x * z), ratio * (height / 2 - view.y * z));
    const light = lit(), dim = light ? 0.28 : 1, focus = chosen ?? (found ? null : over);
    for (const [, x, y, w, h] of data.panels) {
      if (x > right || y > bottom || x + w < left || y + h < top) continue;
      pen.beginPath();
      pen.roundRect(x, y, w, h, 18);
      pen.fillStyle = colors.panel;
      pen.fill();
      pen.strokeStyle = colors.line;
      pen.lineWidth = 1.2 / Math.max(z, 0.05);
      pen.stroke();
    }
    const plain = [], optional = [], selects = [], makes = [], bad = [], faint = [];
    for (const e of lines) {
      if (e.left > right || e.right < left || e.top > bottom || e.bottom < top) continue;
      const shown = focus ? e.from === focus || e.to === focus
        : onlyBad && !found ? e.bad : !light || (light.has(e.from) && light.has(e.to));
      // From far away, lines between namespaces would cover everything: they show with one of their ends.
      if (!focus && z < FAR && e.across && !e.bad) continue;
      if (!shown) faint.push(e);
      else if (e.bad) bad.push(e);
      else if (e.relation === 1) selects.push(e);
      else if (e.relation === 2) makes.push(e);
      else (e.fate === 1 ? optional : plain).push(e);
    }
    // Hairlines are drawn many times faster than others.
    const thick = focus ? 2 : z < FAR ? 0.9 : light ? 2 : 1.4;
    if (z > FAR || focus) stroke(faint, colors.edge, 0.9, [], 0.13);
    stroke(plain, colors.edge, thick, [], z < 0.12 && !light ? 0.55 : 1);
    stroke(optional, colors.edge, thick, [7, 5], 1);
    stroke(selects, colors.c1, thick, [3, 4], 0.75);
    stroke(makes, colors.c5, thick, [3, 4], 0.9);
    const visible = [];
    for (const n of nodes) if (n.x < right && n.y < bottom && n.x + W > left && n.y + H > top) visible.push(n);
    if (z < FAR) coarse(visible, light, dim); else fine(visible, light, dim, z);
    // What dangles stays on top.
    stroke(bad, colors.red, z < 0.12 ? 1.5 : 2.2, [], 1);
    titles(left, top, right, bottom);
  }
  function coarse(visible, light, dim) {
    const groups = new Map();
    for (const n of visible) {
      const key = (n.bad ? "red" : "c" + n.rank) + (light && !light.has(n) ? "-" : "");
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(n);
    }
    const order = [...groups].sort((a, b) => (b[0].endsWith("-") ? 1 : 0) - (a[0].endsWith("-") ? 1 : 0));
    for (const [key, list] of order) {
      pen.globalAlpha = key.endsWith("-") ? dim : 0.85;
      pen.fillStyle = colors[key.replace("-", "")];
      for (const n of list) pen.fillRect(n.x, n.y, W, H);
    }
    pen.globalAlpha = 1;
  }
  const KIND = "600 11px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
  const NAME = "500 14px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
  function fine(visible, light, dim, z) {
    const written = z > 0.3;
    for (const n of visible) {
      const on = !light || light.has(n), color = n.bad ? colors.red : colors["c" + n.rank];
      pen.globalAlpha = on ? 1 : dim;
      pen.beginPath();
      pen.roundRect(n.x, n.y, W, H, 8);
      pen.fillStyle = n.bad ? colors["red-soft"] : n === chosen ? colors["accent-soft"] : colors.card;
      pen.fill();
      pen.lineWidth = n === chosen ? 2.5 : n === over ? 1.8 : 1.1;
      pen.strokeStyle = n === chosen || n === over ? colors.accent : n.bad ? colors.red : colors.line;
      pen.setLineDash(n.state && n !== chosen ? [5, 4] : []);
      pen.stroke();
      pen.setLineDash([]);
      pen.fillStyle = color;
      pen.beginPath();
      pen.roundRect(n.x + 7, n.y + 9, 4, H - 18, 2);
      pen.fill();
      if (!written) continue;
      pen.textBaseline = "alphabetic";
      pen.textAlign = "left";
      pen.font = KIND;
      pen.fillText(short(n.kind, KIND, W - 32), n.x + 19, n.y + 17);
      pen.font = NAME;
      pen.fillStyle = n.bad ? colors.red : colors.ink;
      pen.fillText(short(n.name, NAME, W - 32), n.x + 19, n.y + 35);
    }
    pen.globalAlpha = 1;
  }
  // Titles of namespaces keep a size that can be read, as far as their panels have room.
  function titles(left, top, right, bottom) {
    const z = view.z;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.textBaseline = "alphabetic";
    pen.textAlign = "left";
    for (const [name, x, y, w, h] of data.panels) {
      if (x > right || y > bottom || x + w < left || y + h < top) continue;
      const text = name || "no namespace", size = Math.max(Math.min(22 * z, 22), 12);
      pen.font = `650 ${size}px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif`;
      const [sx, sy] = toScreen(x, y), room = w * z - 2 * Math.min(28 * z, 12), wide = pen.measureText(text).width;
      if (h * z < size + 6 || room < 30) continue;
      const kept = wide <= room ? text : short(text, pen.font + Math.round(room), room);
      // On a small panel the title stands on what it covers.
      const px = sx + Math.min(28 * z, 28), py = Math.max(sy + Math.max(42 * z, size + 3), sy);
      if (z < 0.4) {
        pen.globalAlpha = 0.88;
        pen.fillStyle = colors.panel;
        pen.beginPath();
        pen.roundRect(px - 4, py - size, Math.min(wide, room) + 8, size + 6, 4);
        pen.fill();
        pen.globalAlpha = 1;
      }
      pen.fillStyle = colors.ink;
      pen.fillText(kept, px, py);
    }
  }

  // Details of one node, or what a search has found.
  const make = (tag, text, name) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (name) made.className = name;
    return made;
  };
  function link(node, prefix) {
    const button = make("button");
    button.type = "button";
    const kind = make("small", (prefix ? prefix + " " : "") + node.kind + " ");
    kind.style.color = node.bad ? "" : `var(--c${node.rank})`;
    button.append(kind, document.createTextNode(node.name));
    button.addEventListener("click", () => choose(node, true));
    return button;
  }
  function close(label) {
    const button = make("button", "×", "close");
    button.type = "button";
    button.setAttribute("aria-label", label);
    button.addEventListener("click", leave);
    return button;
  }
  function leave() {
    chosen = null;
    if (search.value) { search.value = ""; }
    found = null;
    side.hidden = true;
    side.replaceChildren();
    canvas.focus({ preventScroll: true });
    draw();
  }
  const MANY = 200, LISTED = 40;
  function list(title, all, end, words) {
    if (!all.length) return [];
    const head = make("h3", `${title} (${all.length.toLocaleString("en")})`), ul = make("ul");
    for (const edge of all.slice(0, MANY)) {
      const li = make("li", undefined, edge.bad ? "bad" : "");
      const node = edge[end];
      li.append(link(node, words[edge.relation]));
      if (node.space !== chosen.space && node.space) li.append(make("div", "in namespace " + node.space));
      const where = make("div");
      where.append(make("code", file(edge.place)));
      li.append(where);
      const says = [edge.field];
      const named = (keys) => edge.part + (keys.length > 1 ? "s " : " ") + keys.join(", ");
      if (edge.keys.length) says.push(named(edge.keys));
      if (edge.fate === 1) says.push("optional");
      if (edge.fate === 2) says.push("dangling");
      li.append(make("div", says.join(" · ")));
      if (edge.lacks.length) li.append(make("div", `${edge.to.kind} ${edge.to.name} has no ${named(edge.lacks)}`, "bad"));
      if (edge.fate === 2 && edge.meant !== null) {
        const meant = make("div", "Did you mean ");
        const other = nodes[edge.meant];
        meant.append(link(other));
        if (other.space !== node.space) meant.append(document.createTextNode(` in ${other.space || "no namespace"}`));
        li.append(meant);
      }
      ul.append(li);
    }
    const more = all.length > MANY ? [make("p", `and ${(all.length - MANY).toLocaleString("en")} more`)] : [];
    return [head, ul, ...more];
  }
  function choose(node, move) {
    chosen = node;
    side.hidden = false;
    const kind = make("p", node.kind, "kind");
    kind.style.color = node.bad ? "var(--red)" : `var(--c${node.rank})`;
    const parts = [close("Close the details"), kind, make("h2", node.name),
      make("p", node.space ? "namespace " + node.space : "no namespace")];
    if (node.state) parts.push(make("p", STATE[node.state], node.bad ? "bad" : ""));
    for (const place of node.places.slice(0, 20)) {
      const p = make("p");
      p.append(make("code", file(place)));
      parts.push(p);
    }
    if (node.places.length > 20) parts.push(make("p", `and ${node.places.length - 20} more places`));
    parts.push(...list("Needs", node.out, "to", RELATION), ...list("Needed by", node.into, "from", BACKWARD));
    if (!node.out.length && !node.into.length) parts.push(make("h3", "Nothing names it, and it names nothing"));
    side.replaceChildren(...parts);
    side.scrollTop = 0;
    if (move) {
      let left = node.x, top = node.y, right = node.x + W, bottom = node.y + H;
      for (const n of [...node.out.map((e) => e.to), ...node.into.map((e) => e.from)]) {
        // What is far away would make all of it too small to read.
        if (Math.abs(n.x - node.x) > 1400 || Math.abs(n.y - node.y) > 900) continue;
        left = Math.min(left, n.x); top = Math.min(top, n.y);
        right = Math.max(right, n.x + W); bottom = Math.max(bottom, n.y + H);
      }
      show(left - 60, top - 60, right + 60, bottom + 60, 1.15);
    } else {
      // Not below the details.
      const hidden = toScreen(node.x + W, 0)[0] + 24 - (width - panelRoom());
      if (hidden > 0) view.x += hidden / view.z;
    }
    draw();
  }
  function results(all, title) {
    side.hidden = false;
    const ul = make("ul");
    for (const node of all.slice(0, LISTED)) {
      const li = make("li", undefined, node.bad ? "bad" : "");
      li.append(link(node));
      li.append(make("div", [node.space || "no namespace", node.places.length ? file(node.places[0]) : ""].filter(Boolean).join(" · ")));
      ul.append(li);
    }
    const parts = [close("Close the results"), make("h2", title), ul];
    if (all.length > LISTED) parts.push(make("p", `and ${(all.length - LISTED).toLocaleString("en")} more; type more of the name`));
    side.replaceChildren(...parts);
    side.scrollTop = 0;
  }
  function look(text) {
    chosen = null;
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) {
      found = null;
      side.hidden = true;
      draw();
      return 0;
    }
    const exact = [], rest = [];
    for (let i = 0; i < nodes.length; i++) {
      if (words.every((word) => texts[i].includes(word)))
        (nodes[i].name.toLowerCase() === words[words.length - 1] ? exact : rest).push(nodes[i]);
    }
    const all = exact.concat(rest);
    found = new Set(all);
    results(all, all.length ? `${number(all.length, "object")} found` : "Nothing is called that");
    draw();
    return all.length;
  }
  function toggleBad() {
    if (!broken) return;
    onlyBad = !onlyBad;
    by("dangling").setAttribute("aria-pressed", onlyBad);
    chosen = null; found = null; search.value = ""; side.hidden = true;
    if (onlyBad) {
      // What is missing stands for those that name it; where it is there, who breaks is named.
      const bad = nodes.filter((n) => n.bad || n.out.some((e) => e.bad && !e.to.bad));
      results(bad, broken);
      fit();
    }
    draw();
  }

  // Mouse, touch and keys.
  function at(x, y) {
    const [wx, wy] = toWorld(x, y);
    for (let i = nodes.length - 1; i >= 0; i--) {
      const n = nodes[i];
      if (wx >= n.x && wx <= n.x + W && wy >= n.y && wy <= n.y + H) return n;
    }
    return null;
  }
  const fingers = new Map();
  let moved = 0;
  canvas.addEventListener("pointerdown", (e) => {
    canvas.setPointerCapture(e.pointerId);
    fingers.set(e.pointerId, [e.offsetX, e.offsetY]);
    if (fingers.size === 1) moved = 0;
    canvas.classList.add("busy");
  });
  canvas.addEventListener("pointermove", (e) => {
    const old = fingers.get(e.pointerId);
    if (!old) {
      const next = view.z > 0.1 ? at(e.offsetX, e.offsetY) : null;
      if (next !== over) { over = next; canvas.classList.toggle("over", !!over); draw(); }
      return;
    }
    const now = [e.offsetX, e.offsetY];
    moved += Math.abs(now[0] - old[0]) + Math.abs(now[1] - old[1]);
    if (fingers.size === 2) {
      const [id, other] = [...fingers].find(([id]) => id !== e.pointerId);
      const before = Math.hypot(old[0] - other[0], old[1] - other[1]), after = Math.hypot(now[0] - other[0], now[1] - other[1]);
      if (before > 0) zoom(after / before, (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
    } else if (moved > 4) {
      over = null;
      view.x -= (now[0] - old[0]) / view.z;
      view.y -= (now[1] - old[1]) / view.z;
      draw();
    }
    fingers.set(e.pointerId, now);
  });
  const lift = (e) => {
    const one = fingers.size === 1;
    if (!fingers.delete(e.pointerId)) return;
    canvas.classList.remove("busy");
    if (e.type === "pointerup" && one && moved <= 4) {
      const node = at(e.offsetX, e.offsetY);
      if (node) choose(node, view.z < 0.3); else if (chosen && found) { chosen = null; look(search.value); } else if (chosen) leave();
    }
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.addEventListener("pointerleave", () => { if (over && !fingers.size) { over = null; draw(); } });
  canvas.addEventListener("wheel", (e) => {
    e.preventDefault();
    const lines = e.deltaMode === 1 ? 24 : 1;
    zoom(Math.exp(-e.deltaY * lines * (e.ctrlKey ? 0.008 : 0.0016)), e.offsetX, e.offsetY);
  }, { passive: false });
  search.addEventListener("input", () => look(search.value));
  search.addEventListener("keydown", (e) => {
    if (e.key === "Enter" || e.key === "ArrowDown") {
      const first = side.querySelector("li > button");
      if (!first || side.hidden) return;
      e.preventDefault();
      if (e.key === "Enter") first.click(); else first.focus();
    }
  });
  side.addEventListener("keydown", (e) => {
    if (e.key !== "ArrowDown" && e.key !== "ArrowUp") return;
    const all = [...side.querySelectorAll("li button")], now = all.indexOf(document.activeElement);
    const next = all[now + (e.key === "ArrowDown" ? 1 : -1)];
    e.preventDefault();
    if (next) next.focus(); else if (e.key === "ArrowUp" && found) search.focus();
  });
  addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "Escape") { leave(); if (onlyBad) toggleBad(); return; }
    if (e.target === search) return;
    const step = 80 / view.z, move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[e.key];
    if (move && (e.target === canvas || e.target === document.body)) { view.x += move[0]; view.y += move[1]; draw(); }
    else if (e.key === "+" || e.key === "=") zoom(1.25);
    else if (e.key === "-") zoom(0.8);
    else if (e.key === "0") fit();
    else if (e.key === "/") { search.focus(); search.select(); }
    else if (e.key === "d") toggleBad();
    else if (e.key === "t") by("theme").click();
    else return;
    e.preventDefault();
  });
  by("in").addEventListener("click", () => zoom(1.35));
  by("out").addEventListener("click", () => zoom(1 / 1.35));
  by("fit").addEventListener("click", fit);
  by("dangling").addEventListener("click", toggleBad);
  by("theme").addEventListener("click", () => {
    own = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    theme();
  });
  system.addEventListener("change", theme);

  function size() {
    const box = canvas.getBoundingClientRect();
    ratio = Math.min(devicePixelRatio || 1, 2);
    [width, height] = [box.width, box.height];
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    draw();
  }
  size();
  new ResizeObserver(size).observe(canvas);
  legend();
  theme();
  if (data.centre !== null) choose(nodes[data.centre], false);
  fit();
  // For tests: when the first picture was there, and how long a search takes until its picture is.
  requestAnimationFrame(() => requestAnimationFrame(() => { window.kubeproof.ready = performance.now(); }));
  window.kubeproof = {
    ready: 0,
    search: (text) => new Promise((done) => {
      const start = performance.now();
      search.value = text;
      const count = look(text);
      requestAnimationFrame(() => setTimeout(() => done({ count, milliseconds: performance.now() - start })));
    }),
    click: (id) => choose(nodes[id], true),
    where: (id) => toScreen(nodes[id].x + W / 2, nodes[id].y + H / 2),
  };
})();
