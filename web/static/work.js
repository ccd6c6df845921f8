// Moves the bars of background work, and shows the page anew when the work has ended.
(function () {
  "use strict";
  function follow(bar) {
    fetch(bar.dataset.work, { headers: { Accept: "application/json" } }).then(function (answer) {
      if (!answer.ok) { throw new Error("no answer"); }
      return answer.json();
    }).then(function (work) {
      if (work.over) { location.reload(); return; }
      bar.querySelector("progress").value = work.share;
      bar.querySelector(".progress-words").textContent = work.done + " of " + (work.total || "…") + (work.note ? ", " + work.note : "");
      setTimeout(follow, 1000, bar);
    }).catch(function () { setTimeout(follow, 5000, bar); });
  }
  document.querySelectorAll(".progress[data-work]").forEach(function (bar) { if (bar.dataset.work) { setTimeout(follow, 1000, bar); } });
})();
