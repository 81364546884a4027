/* The script of a made-up clinic page: what old libraries and themes did to every page, in short.
   The chat has to work beside it. */
(function (window, document) {
  var root = document.documentElement;
  var slice = Array.prototype.slice;

  /* From the time before browsers had JSON: every array writes itself, as text. */
  Array.prototype.toJSON = function () {
    var parts = [];
    for (var at = 0; at < this.length; at++) parts.push(JSON.stringify(this[at]));
    return "[" + parts.join(", ") + "]";
  };
  /* They show up in every `for (… in …)`. */
  Array.prototype.each = function (act) { for (var at = 0; at < this.length; at++) act(this[at], at); };
  Array.prototype.contains = function (one) { return this.indexOf(one) >= 0; };
  Array.prototype.last = function () { return this[this.length - 1]; };
  Array.prototype.clone = function () { return slice.call(this); };
  String.prototype.toJSON = function () { return '"' + this + '"'; };
  String.prototype.strip = function () { return this.replace(/^\s+|\s+$/g, ""); };
  /* Knows lists with a length and nothing else: no Map, no Set. */
  Array.from = function (list) { return list && list.length ? slice.call(list) : []; };
  /* Without `new`, and without a name. */
  Function.prototype.bind = function (self) {
    var act = this;
    var first = slice.call(arguments, 1);
    return function () { return act.apply(self, first.concat(slice.call(arguments))); };
  };
  Element.prototype.show = function () { this.style.display = ""; return this; };
  Element.prototype.hide = function () { this.style.display = "none"; return this; };
  Element.prototype.update = function (text) { this.textContent = text; return this; };

  /* A JSON and a registry of elements of its own, which hand on to the browser's. */
  var json = window.JSON;
  window.JSON = {
    parse: function (text, revive) { return json.parse(text, revive); },
    stringify: function (value, replace, space) { return json.stringify(value, replace, space); }
  };
  var registry = window.customElements;
  Object.defineProperty(window, "customElements", {
    configurable: true,
    value: {
      define: function (name, type, how) { return registry.define(name, type, how); },
      get: function (name) { return registry.get(name); },
      whenDefined: function (name) { return registry.whenDefined(name); },
      upgrade: function (part) { return registry.upgrade(part); }
    }
  });

  /* Short names that everybody wants. */
  window.$ = window.jQuery = function (which) { return slice.call(document.querySelectorAll(which)); };
  window._ = { each: function (list, act) { list.each(act); } };
  window.Class = { create: function () { return function () {}; } };
  window.html = window.render = window.chat = window.settings = window.strings = "the page's own";
  window.define = function () {};
  window.module = { exports: {} };
  window.exports = window.module.exports;

  /* Shortcuts on the whole page: each is counted, so that it can be seen who got a key. */
  var keys = "";
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.key === "Tab") return;
    keys += event.key.length === 1 ? event.key : "(" + event.key + ")";
    root.setAttribute("data-keys", keys);
    if (event.target.closest("input, textarea")) return;
    if (event.key === "s" || event.key === "/") {
      event.preventDefault();
      document.querySelector(".search input").focus();
    }
    if (event.key === " ") event.preventDefault();
  });
  document.addEventListener("click", function (event) {
    /* A page that does by itself what a press would do. */
    if (event.target.closest("button, a[href^='#']")) event.preventDefault();
  });
  document.addEventListener("DOMContentLoaded", function () { root.setAttribute("data-ready", "yes"); });
})(window, document);
