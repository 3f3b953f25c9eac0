/* The reader's choices. The page is whole without this: every point has a page of its own. */
(function () {
  "use strict";
  var html = document.documentElement;
  html.className = "js";

  function all(selector, where) { return Array.prototype.slice.call((where || document).querySelectorAll(selector)); }
  function one(selector, where) { return (where || document).querySelector(selector); }
  function make(tag, words, attributes) {
    var element = document.createElementNS("http://www.w3.org/" + (make.svg[tag] ? "2000/svg" : "1999/xhtml"), tag.replace("svg:", ""));
    Object.keys(attributes || {}).forEach(function (name) { element.setAttribute(name, attributes[name]); });
    if (words !== null && words !== undefined) element.textContent = words;
    return element;
  }
  make.svg = { svg: 1, "svg:a": 1, path: 1, circle: 1, line: 1, text: 1 };
  /* copying works from a disk too, where there may be no clipboard of the page */
  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest(".copies button");
    if (!button) return;
    var text = button.getAttribute("data-copy"), said = button.textContent;
    if (button.hasAttribute("data-copy-pre")) text = one("pre", button.closest("details, main")).textContent;
    if (button.hasAttribute("data-copy-caption")) {
      text = all("figcaption h2, figcaption .sub, .source", button.closest("figure")).map(function (part) {
        return part.textContent.replace(/\.$/, "") + ".";
      }).join(" ");
    }
    function done() { button.textContent = "✓ " + said; setTimeout(function () { button.textContent = said; }, 1500); }
    function byHand() {
      var area = document.body.appendChild(make("textarea", text));
      area.select();
      document.execCommand("copy");
      area.remove();
      done();
    }
    if (navigator.clipboard && navigator.clipboard.writeText) navigator.clipboard.writeText(text).then(done, byHand);
    else byHand();
  });

  function points() {
    var data = window.POINTS, article = one("article[data-point]");
    if (!data || !article) return;
    var pages = article.getAttribute("data-pages");
    /* texts are the same in all languages but for marks, which stand for words of the interface and for places */
    function worded(text) {
      return text.replace(/\ue000(\w+)\ue001/g, function (mark, key) { return html.getAttribute("data-" + key) || window.WORDS[key]; });
    }
    function address(point) { return pages + encodeURI(point.n) + ".html"; }
    var places = {}, byName = {}, selects = [], now;
    data.points.forEach(function (point) { places[point.p.join()] = point; byName[point.n] = point; });
    var own = byName[article.getAttribute("data-point")];
    var usual = places[data.axes.map(function (axis) { return axis.keys.indexOf(axis["default"]); }).join()];
    data.axes.forEach(function (axis, at) {
      axis.label = one("[data-axis='" + at + "'] label", article).textContent;
      axis.shown = all("[data-axis='" + at + "'] option", article).map(function (option) { return option.textContent; });
    });

    /* the address says what differs from the page that was opened; a value that is not there counts as not said */
    function wanted() {
      var place = own.p.slice(), query = new URLSearchParams(location.search);
      data.axes.forEach(function (axis, at) {
        var position = axis.keys.indexOf(query.get(axis.name));
        if (position >= 0) place[at] = position;
      });
      return places[place.join()] || own;
    }
    function query(point, from) {
      var search = new URLSearchParams();
      data.axes.forEach(function (axis, at) { if (point.p[at] !== from.p[at]) search.set(axis.name, axis.keys[point.p[at]]); });
      return search.toString() ? "?" + search.toString() : "";
    }
    /* the point with this one value changed or, where the grid has none, with the other parameters at their defaults */
    function near(at, position) { return moved(now, at, position) || moved(usual, at, position); }
    function moved(point, at, position) { return places[point.p.map(function (old, axis) { return axis === at ? position : old; }).join()]; }
    function show(point) {
      var open = {};
      if (now) {
        all("[data-slot] details[open]", article).forEach(function (details) {
          open[details.closest("[data-slot]").getAttribute("data-slot") + details.getAttribute("data-kind")] = true;
        });
        all("[data-slot]", article).forEach(function (element) {
          var slot = element.getAttribute("data-slot"), at = data.slots.indexOf(slot);
          if (at < 0) return;
          if (point.s[at] !== now.s[at]) element.innerHTML = worded(data.texts[point.s[at]]);
          all("details", element).forEach(function (details) { details.open = Boolean(open[slot + details.getAttribute("data-kind")]); });
          if (/:picture$/.test(slot)) element.closest("figure").hidden = !data.texts[point.s[at]];
        });
        var text = one("[data-slot=text]", article);
        text.innerHTML = point === own ? show.text : "";
        if (point !== own) text.appendChild(make("a", show.title + ": " + point.n, { href: address(point) + "#text" }));
        all(".hint [data-name]", article).forEach(function (name) { name.textContent = point.n; });
      } else {
        all("[data-slot$=':rows']", article).forEach(function (element) {
          if (!element.firstChild) element.innerHTML = worded(data.texts[point.s[data.slots.indexOf(element.getAttribute("data-slot"))]]);
        });
        show.text = one("[data-slot=text]", article).innerHTML;
        show.title = one("[data-slot=text] summary, [data-slot=text] a", article).textContent;
      }
      now = point;
      article.setAttribute("data-point", point.n);
      all("[data-keep-query]").forEach(function (link) { link.href = link.getAttribute("href").split("?")[0] + query(point, usual); });
      all("[data-home]", article).forEach(function (part) { part.hidden = point === usual; });
      selects.forEach(function (select, at) {
        select.selectedIndex = point.p[at];
        all("option", select).forEach(function (option, position) { option.disabled = !near(at, position); });
        all("[data-step]", select.parentNode).forEach(function (step) {
          var to = near(at, point.p[at] + Number(step.getAttribute("data-step")));
          step.setAttribute("aria-disabled", String(!to));
          step.href = to ? address(to) : "#";
          step.setAttribute("data-go", to ? to.n : "");
        });
      });
      across();
      compare();
    }
    function go(point) {
      if (!point || point === now) return;
      show(point);
      history.pushState(null, "", location.pathname + query(point, own) + location.hash);
    }

    all("[data-axis] select", article).forEach(function (select, at) {
      selects.push(select);
      select.disabled = false;
      select.addEventListener("change", function () { go(near(at, select.selectedIndex)); });
    });
    document.addEventListener("click", function (event) {
      var link = event.target.closest && event.target.closest("a[data-go]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      go(byName[link.getAttribute("data-go")]);
    });
    window.addEventListener("popstate", function () { show(wanted()); });

    /* one result across all points */
    var section = one("#across"), result = one("[data-result]"), over = one("[data-over]");
    if (section) {
      Object.keys(own.v).forEach(function (name) { result.appendChild(make("option", data.labels[name][0], { value: name })); });
      data.axes.forEach(function (axis) { over.appendChild(make("option", axis.label)); });
      section.hidden = !result.options.length;
      [result, over].forEach(function (select) { select.addEventListener("change", across); });
    }
    function number(value, digits) {
      return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "−");
    }
    function across() {
      if (!section || section.hidden) return;
      var name = result.value, at = over.selectedIndex, axis = data.axes[at], about = data.labels[name], shown = [];
      axis.keys.forEach(function (key, position) {
        var point = moved(now, at, position);
        if (point && typeof point.v[name] === "number") shown.push({ point: point, at: position, v: point.v[name] });
      });
      var values = shown.map(function (each) { return each.v; }), low = Math.min.apply(0, values.concat(0));
      var high = Math.max.apply(0, values.concat(0)), span = high - low || 1, width = 820, height = 260;
      var digits = span < 1 ? 2 : span < 20 ? 1 : 0;
      function x(position) { return 70 + (axis.keys.length < 2 ? 0 : position * (width - 110) / (axis.keys.length - 1)); }
      function y(value) { return 24 + (high - value) * (height - 64) / span; }
      var svg = make("svg", null, { viewBox: "0 0 " + width + " " + height, role: "group", "aria-label": about[0] });
      [low, (low + high) / 2, high, 0].forEach(function (value, order) {
        var looks = order === 3 ? "zero" : "axisline";
        svg.appendChild(make("line", null, { x1: 70, x2: width - 30, y1: y(value), y2: y(value), "class": looks }));
        if (order < 3) svg.appendChild(make("text", number(value, digits), { x: 62, y: y(value) + 4, "text-anchor": "end" }));
      });
      svg.appendChild(make("text", about[1], { x: 0, y: 13 }));
      var every = Math.ceil(axis.keys.length / 9), line = shown.map(function (each) { return x(each.at) + " " + y(each.v); }).join("L");
      if (shown.length > 1) svg.appendChild(make("path", null, { d: "M" + line }));
      shown.forEach(function (each) {
        var words = axis.shown[each.at], link = make("svg:a", null, { href: address(each.point),
          "data-go": each.point.n, "aria-label": words + ": " + number(each.v, about[2]) + " " + about[1] });
        if (each.point === now) link.setAttribute("aria-current", "true");
        link.appendChild(make("circle", null, { cx: x(each.at), cy: y(each.v), r: 14, "fill-opacity": 0 }));
        link.appendChild(make("circle", null, { cx: x(each.at), cy: y(each.v), r: each.point === now ? 7 : 5 }));
        if (each.at % every === 0 || each.point === now) {
          link.appendChild(make("text", words.slice(0, 18), { x: x(each.at), y: height - (each.point === now ? 4 : 20), "text-anchor": "middle" }));
        }
        svg.appendChild(link);
      });
      one(".plot", section).replaceChildren(svg);
    }

    /* two points side by side */
    var beside = one("#compare"), other = one("[data-with]");
    if (beside) {
      beside.hidden = false;
      data.points.forEach(function (point) { other.appendChild(make("option", point.n)); });
      other.addEventListener("change", compare);
    }
    function compare() {
      if (!beside) return;
      var to = byName[other.value], both = one(".both", beside);
      both.replaceChildren();
      if (!to) return;
      var table = both.appendChild(make("div", null, { "class": "wide", tabindex: 0 })).appendChild(make("table"));
      var head = table.createTHead().insertRow(), body = table.createTBody();
      ["", both.getAttribute("data-here"), to.n, both.getAttribute("data-change")].forEach(function (words, at) {
        head.appendChild(make(at ? "th" : "td", words, at ? { scope: "col", "class": "n" } : {}));
      });
      Object.keys(data.labels).forEach(function (name) {
        var about = data.labels[name], a = now.v[name], b = to.v[name];
        if (typeof a !== "number" || typeof b !== "number") return;
        var row = body.insertRow();
        row.setAttribute("data-name", name);
        row.appendChild(make("th", about[0] + (about[1] ? " (" + about[1] + ")" : ""), { scope: "row" }));
        [a, b, b - a].forEach(function (value) { row.appendChild(make("td", number(value, about[2]), { "class": "n" })); });
      });
      var pairs = both.appendChild(make("div", null, { "class": "pairs" }));
      data.slots.forEach(function (slot, at) {
        if (!/:picture$/.test(slot) || now.s[at] === to.s[at]) return;
        [now, to].forEach(function (point) {
          var cell = pairs.appendChild(make("div"));
          cell.appendChild(make("h3", point.n));
          cell.appendChild(make("div", null, { "class": "plate" })).innerHTML = worded(data.texts[point.s[at]]);
        });
      });
    }

    show(own);
    if (wanted() !== own) show(wanted());
  }

  /* prefixes of words for what is written with spaces, any part for Japanese */
  function search() {
    var box = one("#q"), list = one(".hits"), found = one("#found"), root = html.getAttribute("data-root");
    if (!box || !window.ENTRIES) return;
    var here = html.lang === "ja" ? root + "ja/" : root;
    function look() {
      var terms = box.value.toLowerCase().split(/\s+/).filter(Boolean), hits = [];
      list.replaceChildren();
      found.textContent = "";
      if (!terms.length) return;
      hits = window.ENTRIES.filter(function (entry) {
        var words = " " + entry[1].toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ");
        return terms.every(function (term) {
          return words.indexOf((/[^\x00-\x7f]/.test(term) ? "" : " ") + term.replace(/[^\p{L}\p{N}]+/gu, " ").trim()) >= 0;
        });
      });
      hits.slice(0, 60).forEach(function (entry) {
        var item = list.appendChild(make("li"));
        item.appendChild(make("span", entry[0], { lang: html.lang }));
        item.appendChild(make("a", entry[1], { href: here + encodeURI(entry[2]) }));
      });
      found.textContent = hits.length ? box.getAttribute("data-found").replace("{count}", hits.length) : box.getAttribute("data-none");
    }
    box.addEventListener("input", look);
    var query = new URLSearchParams(location.search).get("q");
    if (query) { box.value = query; look(); }
  }

  document.addEventListener("DOMContentLoaded", function () { points(); search(); });
})();
