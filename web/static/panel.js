// Tells the page around this frame how high the frame should be. Nothing else is sent, and nothing is taken from it.
(function () {
  "use strict";
  if (window.parent === window) { return; }
  var last = 0;
  function tell() {
    var height = Math.ceil(document.body.getBoundingClientRect().height);
    if (height !== last) { last = height; window.parent.postMessage({ waymark: "height", height: height }, "*"); }
  }
  if (window.ResizeObserver) { new ResizeObserver(tell).observe(document.body); }
  window.addEventListener("load", tell);
  tell();
})();
