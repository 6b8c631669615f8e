/* Draws the charts of a socialbudget report from their JSON options. Needs echarts; no network. */
(function () {
  "use strict";
  var THIN = "\u202f", MINUS = "\u2212";

  function fixed(value, decimals) {
    var text = Math.abs(value).toFixed(decimals);
    var parts = text.split(".");
    parts[0] = parts[0].replace(/\B(?=(\d{3})+$)/g, THIN);
    var zero = Number(text) === 0;
    return (value < 0 && !zero ? MINUS : "") + parts.join(".");
  }

  function axis(value, mirrored, suffix) {
    var v = mirrored ? Math.abs(value) : value;
    var decimals = Math.min((String(v).split(".")[1] || "").length, 3);
    return fixed(v, decimals) + suffix;
  }

  function tooltip(spec) {
    return function (params) {
      var shown = params.filter(function (p) { return p.seriesName.charAt(0) !== "~"; });
      if (!shown.length) { return ""; }
      var text = "<strong>" + echarts.format.encodeHTML(shown[0].axisValueLabel) + "</strong>";
      var sum = 0;
      if (spec.total) { shown = shown.slice().reverse(); }
      shown.forEach(function (p) {
        var missing = p.value === null || p.value === undefined || p.value === "-";
        var v = spec.mirrored ? Math.abs(p.value) : Number(p.value);
        if (!missing) { sum += v; }
        text += "<br>" + p.marker + echarts.format.encodeHTML(p.seriesName) + ": <strong>" +
          (missing ? "\u2013" : fixed(v, spec.decimals) + spec.suffix) + "</strong>";
      });
      if (spec.total) { text += "<br>Total: <strong>" + fixed(sum, spec.decimals) + spec.suffix + "</strong>"; }
      return text;
    };
  }

  // Labels of round years only: the base year would lie over the first of them.
  function decades(width, count) {
    var step = count > 40 ? 10 : count > 16 ? 5 : 2;
    if (width < 260) { step *= 2; }
    return function (index, value) { return Number(value) % step === 0; };
  }

  function prepare(spec, width) {
    var o = spec.option;
    o.tooltip.formatter = tooltip(spec);
    [o.xAxis, o.yAxis].forEach(function (a) {
      if (a.type === "value") {
        var suffix = spec.mirrored || !/%$/.test(spec.suffix) ? "" : "%";
        a.axisLabel.formatter = function (v) { return axis(v, spec.mirrored, suffix); };
      }
    });
    if (spec.years) { o.xAxis.axisLabel.interval = decades(width, o.xAxis.data.length); }
    return o;
  }

  var charts = [];
  Array.prototype.forEach.call(document.querySelectorAll("script[data-chart]"), function (tag) {
    var box = document.getElementById(tag.getAttribute("data-chart"));
    if (!box) { return; }
    var spec = JSON.parse(tag.textContent);
    var chart = echarts.init(box, null, { renderer: "svg", locale: "EN" });
    chart.setOption(prepare(spec, box.clientWidth));
    var figure = box.parentNode;
    charts.push({ chart: chart, box: box, spec: spec, figure: figure });
    Array.prototype.forEach.call(figure.querySelectorAll("button[data-series]"), function (button) {
      button.addEventListener("click", function () {
        var name = button.getAttribute("data-series");
        [name, "~" + name + " low", "~" + name + " high"].forEach(function (n) {
          chart.dispatchAction({ type: "legendToggleSelect", name: n });
        });
        var on = button.getAttribute("aria-pressed") !== "true";
        button.setAttribute("aria-pressed", String(on));
      });
    });
  });

  function resize(width) {
    charts.forEach(function (c) {
      var w = width ? width(c) : c.box.clientWidth;
      c.chart.resize(width ? { width: w } : { width: "auto" });
      if (c.spec.years) {
        c.chart.setOption({ xAxis: { axisLabel: { interval: decades(w, c.spec.option.xAxis.data.length) } } });
      }
      c.chart.getZr().flush();  // paper does not wait for the next frame
    });
  }

  var timer = 0;
  window.addEventListener("resize", function () {
    window.clearTimeout(timer);
    timer = window.setTimeout(function () { resize(null); }, 120);
  });
  // On paper (A4, 15 mm margins) the columns are narrower than on the screen.
  window.addEventListener("beforeprint", function () {
    resize(function (c) {
      return c.figure.classList.contains("wide") ? 660 : c.figure.classList.contains("third") ? 214 : 326;
    });
  });
  window.addEventListener("afterprint", function () { resize(null); });

  var picker = document.getElementById("money");
  if (picker) {
    picker.addEventListener("change", function () { document.body.setAttribute("data-money", picker.value); });
    document.body.setAttribute("data-money", picker.value);
  }
  function bind(id, action) {
    var element = document.getElementById(id);
    if (element) { element.addEventListener("click", action); }
  }
  bind("print", function () { window.print(); });
  bind("expand", function () {
    var all = document.querySelectorAll("details");
    var open = !Array.prototype.every.call(all, function (d) { return d.open; });
    Array.prototype.forEach.call(all, function (d) { d.open = open; });
  });
})();
