// Puts Waymark into a page of another site:
//   <a href="https://waymark.example/">Where do I go? Ask Waymark</a><script src="https://waymark.example/embed.js" async></script>
// The link in front is for those without scripts; it stays, for whoever wants the page itself. data-mode="search" gives a search box.
(function () {
  "use strict";
  var SMALLEST = 120, LARGEST = 20000;
  var me = document.currentScript;
  if (!me || !window.URL) { return; }
  var origin = new URL(me.src).origin, search = me.dataset.mode === "search";
  var frame = document.createElement("iframe");
  var language = me.dataset.lang ? "?lang=" + encodeURIComponent(me.dataset.lang) : "";
  frame.src = origin + (search ? "/panel/search" : "/panel/") + language;
  frame.title = me.dataset.title || "Where do I go? Ask about special needs and disabilities";
  frame.setAttribute("sandbox", "allow-scripts allow-forms allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation");
  frame.setAttribute("referrerpolicy", "no-referrer");
  frame.setAttribute("loading", "lazy");
  frame.style.width = "100%";
  frame.style.border = "0";
  frame.style.display = "block";
  frame.style.height = (search ? SMALLEST : 420) + "px";
  window.addEventListener("message", function (event) {
    var said = event.data;
    if (event.origin !== origin || event.source !== frame.contentWindow || !said || said.waymark !== "height") { return; }
    if (typeof said.height !== "number" || !isFinite(said.height)) { return; }
    frame.style.height = Math.min(LARGEST, Math.max(SMALLEST, Math.ceil(said.height))) + "px";
  });
  me.parentNode.insertBefore(frame, me);
})();
