// The page to take along: shows the button that prints it, where the browser can print.
"use strict";
for (const button of document.querySelectorAll("[data-print]")) {
  if (!window.print) { continue; }
  button.parentNode.hidden = false;
  button.addEventListener("click", function () { window.print(); });
}
