// Sends the page's own forms without a reload and puts the server's own pieces of page in place. Without it everything still works.
(function () {
  "use strict";
  var WAIT_SECONDS = 30;
  var get = function (id) { return document.getElementById(id); };
  var latest = get("latest"), earlier = get("earlier"), list = get("earlier-list"), status = get("status");
  var problem = get("problem"), box = get("question"), busy = false;
  if (!latest || !window.fetch || !window.URLSearchParams || !window.AbortController) { return; }

  function wait(on) {
    busy = on;
    document.querySelectorAll("form[data-chat] button").forEach(function (button) {
      if (on) { button.setAttribute("aria-disabled", "true"); } else { button.removeAttribute("aria-disabled"); }
      if (button.dataset.waiting) {
        if (on) { button.dataset.ready = button.textContent; }
        button.textContent = on ? button.dataset.waiting : button.dataset.ready || button.textContent;
      }
    });
  }

  function show(piece) {
    var old = latest.querySelector(".exchange"), fresh = piece.querySelector(".exchange");
    var id = fresh.dataset.conversation;
    if (old) { list.insertBefore(old, list.firstChild); earlier.hidden = false; }
    latest.replaceChildren(fresh);
    latest.hidden = false;
    if (get("lead")) { get("lead").hidden = true; }
    problem.replaceChildren();
    box.removeAttribute("aria-invalid");
    box.setAttribute("aria-describedby", "question-hint");
    document.title = document.title.replace(/^Error: /, "");
    document.querySelectorAll("input[name=conversation]").forEach(function (field) { field.value = id; });
    get("after").hidden = !id;
    if (id) { history.replaceState(null, "", "/?conversation=" + encodeURIComponent(id)); }
    var heading = fresh.querySelector("h2");
    status.textContent = "Answer: " + heading.textContent;
    heading.focus();
  }

  function complain(piece, typed) {
    piece.querySelector(".error").id = "question-error";
    problem.replaceChildren(piece);
    box.setAttribute("aria-describedby", "question-hint question-error");
    if (!box.value) { box.value = typed; }
    box.setAttribute("aria-invalid", "true");
    status.textContent = problem.textContent.trim();
    box.focus();
  }

  document.addEventListener("submit", function (event) {
    var form = event.target, button = event.submitter;
    if (!form.dataset.chat) { return; }
    event.preventDefault();
    if (busy) { return; }
    var data = new URLSearchParams();
    data.set("conversation", form.elements.conversation.value);
    var typed = form.contains(box) ? box.value : button ? button.value : "";
    data.set("question", typed);
    var stop = new AbortController(), timer = setTimeout(function () { stop.abort(); }, WAIT_SECONDS * 1000);
    status.textContent = "";
    wait(true);
    fetch(form.dataset.chat, { method: "POST", body: data, headers: { Accept: "text/html" }, signal: stop.signal })
      .then(function (response) { return response.text().then(function (html) { return { ok: response.ok, html: html }; }); })
      .then(function (got) {
        var page = new DOMParser().parseFromString(got.html, "text/html");
        var piece = document.createDocumentFragment();
        Array.prototype.slice.call(page.body.childNodes).forEach(function (node) { piece.appendChild(document.adoptNode(node)); });
        wait(false);
        if (got.ok && piece.querySelector(".exchange")) { if (box.value === typed) { box.value = ""; } show(piece); }
        else if (piece.querySelector(".error")) { complain(piece, typed); }
        else { throw new Error("not a piece of this page"); }
      })
      .catch(function () { wait(false); complain(get("offline").content.cloneNode(true), typed); })
      .then(function () { clearTimeout(timer); });
  });
})();
