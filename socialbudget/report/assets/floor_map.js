/* Colours the map of a socialbudget world table, shows figures under the pointer, sorts the table.
   Names and notes only ever become text, never HTML. No network. */
(function () {
  "use strict";
  var NS = "http://www.w3.org/2000/svg";
  var data = JSON.parse(document.getElementById("data").textContent);
  var box = document.getElementById("map"), tip = document.getElementById("tip");
  var picker = document.getElementById("measure"), shown = document.getElementById("shown");
  var shapes = {}, dots = [], measure = 0;

  function element(parent, name, attributes) {
    var e = document.createElementNS(NS, name);
    Object.keys(attributes).forEach(function (k) { e.setAttribute(k, attributes[k]); });
    parent.appendChild(e);
    return e;
  }
  function html(parent, name, words, kind) {
    var e = document.createElement(name);
    if (words) { e.textContent = words; }
    if (kind) { e.className = kind; }
    parent.appendChild(e);
    return e;
  }
  function hatch(parent, id, size, width) {
    var p = element(parent, "pattern", { id: id, width: size, height: size, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
    element(p, "rect", { width: size, height: size, fill: "#eceff2" });
    element(p, "rect", { width: width, height: size, fill: "#aab4bf" });
  }

  // ------------------------------------------------------------------ map
  var svg = element(box, "svg", {});
  hatch(element(svg, "defs", {}), "none", 18, 6);
  element(svg, "path", { d: data.sphere, fill: "#eef3f8" });
  element(svg, "path", { d: data.rest, fill: "#f4f4f2", "class": "land" });
  var codes = Object.keys(data.shapes);
  codes.forEach(function (code) {
    var s = data.shapes[code];
    shapes[code] = [];
    if (s[0]) { shapes[code].push(element(svg, "path", { d: s[0], "class": "land", "data-iso3": code })); }
  });
  // Dots last, so that none is hidden; the largest first.
  codes.filter(function (c) { return data.shapes[c][3] < data.small; })
    .sort(function (a, b) { return data.shapes[b][3] - data.shapes[a][3]; })
    .forEach(function (code) {
      var s = data.shapes[code];
      var dot = element(svg, "circle", { cx: s[1], cy: s[2], "class": "land", "data-iso3": code });
      shapes[code].push(dot);
      dots.push(dot);
    });

  function paint() {
    codes.forEach(function (code) {
      var k = data.countries[code].k[measure];
      shapes[code].forEach(function (s) { s.setAttribute("fill", k < 0 ? "url(#none)" : data.measures[measure].colours[k]); });
    });
    var m = data.measures[measure], legend = document.getElementById("legend");
    shown.textContent = m.title + ", " + m.unit;
    box.setAttribute("aria-label", "World map: " + shown.textContent + "; the table below holds the figures");
    legend.textContent = "";
    m.legend.concat(["no result"]).forEach(function (words, k) {
      var li = html(legend, "li");
      var key = element(li, "svg", { width: 20, height: 13, "aria-hidden": "true" });
      if (k === m.legend.length) { hatch(element(key, "defs", {}), "none-key", 6, 2); }
      element(key, "rect", { width: 20, height: 13, stroke: "#8593a3", fill: k < m.legend.length ? m.colours[k] : "url(#none-key)" });
      html(li, "span", words);
    });
  }
  picker.addEventListener("change", function () { measure = Number(picker.value); paint(); });
  measure = Number(picker.value) || 0;

  // ----------------------------------------------------------------- zoom
  var view = { x: 0, y: 0, w: data.width, h: data.height };
  function look() {
    view.w = Math.min(Math.max(view.w, data.width / 24), data.width);
    view.h = view.w * data.height / data.width;
    view.x = Math.min(Math.max(view.x, 0), data.width - view.w);
    view.y = Math.min(Math.max(view.y, 0), data.height - view.h);
    svg.setAttribute("viewBox", [view.x, view.y, view.w, view.h].join(" "));
    var r = 4 * view.w / Math.max(box.clientWidth, 300);
    dots.forEach(function (d) { d.setAttribute("r", r); });
  }
  function zoom(factor, px, py) {
    var fx = px === undefined ? 0.5 : px, fy = py === undefined ? 0.5 : py, w = view.w;
    var x = view.x + fx * view.w, y = view.y + fy * view.h;
    view.w = Math.min(Math.max(w * factor, data.width / 24), data.width);
    view.h = view.w * data.height / data.width;
    view.x = x - fx * view.w;
    view.y = y - fy * view.h;
    look();
  }
  document.getElementById("in").addEventListener("click", function () { zoom(1 / 1.6); });
  document.getElementById("out").addEventListener("click", function () { zoom(1.6); });
  document.getElementById("whole").addEventListener("click", function () { view = { x: 0, y: 0, w: data.width, h: data.height }; look(); });
  svg.addEventListener("wheel", function (e) {
    if (!e.ctrlKey && view.w >= data.width && e.deltaY > 0) { return; }
    e.preventDefault();
    var r = svg.getBoundingClientRect();
    zoom(e.deltaY > 0 ? 1.25 : 0.8, (e.clientX - r.left) / r.width, (e.clientY - r.top) / r.height);
  }, { passive: false });
  var drag = null;
  svg.addEventListener("pointerdown", function (e) { drag = { x: e.clientX, y: e.clientY }; });
  window.addEventListener("pointerup", function () { drag = null; });
  window.addEventListener("pointermove", function (e) {
    if (!drag) { return; }
    var r = svg.getBoundingClientRect();
    view.x -= (e.clientX - drag.x) * view.w / r.width;
    view.y -= (e.clientY - drag.y) * view.h / r.height;
    drag = { x: e.clientX, y: e.clientY };
    look();
  });
  window.addEventListener("resize", look);

  // -------------------------------------------------------------- tooltip
  function tell(code, e) {
    var c = data.countries[code];
    tip.textContent = "";
    html(tip, "strong", c.name);
    var list = html(tip, "dl");
    if (c.k.some(function (k) { return k >= 0; })) {
      data.measures.forEach(function (m, j) {
        html(list, "dt", m.title, j === measure ? "on" : "");
        html(list, "dd", c.t[j], j === measure ? "on" : "");
      });
      c.facts.forEach(function (f) { html(list, "dt", f[0]); html(list, "dd", f[1]); });
    } else { html(tip, "p", "No result."); }
    if (c.note) { html(tip, "p", c.note); }
    tip.hidden = false;
    var w = tip.offsetWidth, h = tip.offsetHeight;
    tip.style.left = Math.max(4, Math.min(e.clientX + 14, window.innerWidth - w - 8)) + "px";
    tip.style.top = Math.max(4, e.clientY + 16 + h > window.innerHeight ? e.clientY - h - 12 : e.clientY + 16) + "px";
  }
  svg.addEventListener("pointermove", function (e) {
    var code = e.target.getAttribute("data-iso3");
    if (code && !drag) { tell(code, e); } else { tip.hidden = true; }
  });
  svg.addEventListener("pointerleave", function () { tip.hidden = true; });

  // ---------------------------------------------------------------- table
  var table = document.getElementById("table"), body = table.tBodies[0];
  var rows = Array.prototype.slice.call(body.rows), heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
  heads.forEach(function (head, j) {
    head.firstChild.addEventListener("click", function () {
      var number = head.className === "n";
      var now = head.getAttribute("aria-sort");
      var down = now ? now === "ascending" : number;
      heads.forEach(function (h) { h.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      rows.sort(function (a, b) {
        var x = a.cells[j], y = b.cells[j], order;
        if (number) {
          var u = x.getAttribute("data-v"), v = y.getAttribute("data-v");
          if (u === "" || v === "") { return (u === "") - (v === ""); }
          order = Number(u) - Number(v);
        } else {
          var s = x.textContent, t = y.textContent;
          if (!s || !t) { return (!s) - (!t); }
          order = s.localeCompare(t, "en");
        }
        return down ? -order : order;
      });
      rows.forEach(function (r) { body.appendChild(r); });
    });
  });
  document.getElementById("find").addEventListener("input", function (e) {
    var words = e.target.value.trim().toLowerCase();
    rows.forEach(function (r) {
      r.hidden = words !== "" && (r.cells[0].textContent + " " + r.cells[1].textContent + " " + r.getAttribute("data-iso3")).toLowerCase().indexOf(words) < 0;
    });
  });
  function mark(r, on) {
    (shapes[r.getAttribute("data-iso3")] || []).forEach(function (s) { s.classList.toggle("on", on); });
  }
  rows.forEach(function (r) {
    r.addEventListener("pointerenter", function () { mark(r, true); });
    r.addEventListener("pointerleave", function () { mark(r, false); });
  });

  look();
  paint();
})();
