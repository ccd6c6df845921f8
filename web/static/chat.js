// Sends the page's own forms without a reload and puts the server's own pieces of page in place. Without it everything still works.
(function () {
  "use strict";
  var WAIT_SECONDS = 30, SLOW_SECONDS = 5;
  var get = function (id) { return document.getElementById(id); };
  var each = function (root, what, act) { Array.prototype.slice.call(root.querySelectorAll(what)).forEach(act); };
  var latest = get("latest"), earlier = get("earlier"), list = get("earlier-list"), status = get("status");
  var problem = get("problem"), box = get("question"), busy = false;
  if (!latest || !window.fetch || !window.URLSearchParams || !window.AbortController) { return; }

  // What only a script can do is hidden until there is one.
  function enable(root) {
    each(root, "[data-copy]", function (button) { button.parentNode.hidden = !(navigator.clipboard && navigator.clipboard.writeText); });
    each(root, "[data-print]", function (button) { button.parentNode.hidden = !window.print; });
    each(root, "[data-aloud]", function (button) { button.parentNode.hidden = !window.speechSynthesis; });
  }

  function wait(on) {
    busy = on;
    each(document, "form[data-chat] button", function (button) {
      if (on) { button.setAttribute("aria-disabled", "true"); } else { button.removeAttribute("aria-disabled"); }
      if (button.dataset.waiting) {
        if (on) { button.dataset.ready = button.textContent; }
        button.textContent = on ? button.dataset.waiting : button.dataset.ready || button.textContent;
      }
    });
    if (!on) { each(problem, ".notice", function (note) { note.remove(); }); }
  }

  function slow() {
    if (!busy) { return; }
    var note = get("slow").content.cloneNode(true);
    status.textContent = note.textContent.trim();
    problem.replaceChildren(note);
  }

  function piece_of(html) {
    var page = new DOMParser().parseFromString(html, "text/html"), piece = document.createDocumentFragment();
    Array.prototype.slice.call(page.body.childNodes).forEach(function (node) { piece.appendChild(document.adoptNode(node)); });
    return piece;
  }

  function clear() {
    problem.replaceChildren();
    if (get("summary")) { get("summary").remove(); }
    if (get("question-error")) { get("question-error").remove(); }
    each(document, ".ask .govuk-form-group--error", function (group) { group.classList.remove("govuk-form-group--error"); });
    box.removeAttribute("aria-invalid");
    box.setAttribute("aria-describedby", "question-hint");
    document.title = latest.dataset.title;
  }

  function show(piece) {
    var old = latest.querySelector(".exchange"), fresh = piece.querySelector(".exchange");
    var id = fresh.dataset.conversation;
    if (old) {
      each(old, ".tools, .helped, .change", function (part) { part.remove(); });
      list.insertBefore(old, list.firstChild);
      earlier.hidden = false;
    }
    latest.replaceChildren(fresh);
    latest.hidden = false;
    enable(latest);
    if (get("lead")) { get("lead").hidden = true; }
    clear();
    each(document, "input[name=conversation]", function (field) { field.value = id; });
    get("after").hidden = !id;
    if (id) { document.querySelector("label[for=question]").textContent = box.form.dataset.more; }
    if (id) {
      var address = new URL(window.location.href);
      address.searchParams.set("conversation", id);
      address.searchParams.delete("forgotten");
      address.hash = "";
      history.replaceState(null, "", address.pathname + address.search);
    }
    var heading = fresh.querySelector("h2");
    status.textContent = heading.textContent;
    heading.focus();
  }

  function complain(piece, typed) {
    clear();
    piece.querySelector(".error").id = "question-error";
    problem.replaceChildren(piece);
    box.setAttribute("aria-describedby", "question-hint question-error");
    if (!box.value) { box.value = typed; }
    box.setAttribute("aria-invalid", "true");
    status.textContent = problem.textContent.trim();
    box.focus();
  }

  function send(form, button) {
    var data = new URLSearchParams(new FormData(form));
    if (button && button.name) { data.set(button.name, button.value); }
    var typed = data.get("question") || "";
    var stop = new AbortController();
    var timer = setTimeout(function () { stop.abort(); }, WAIT_SECONDS * 1000), late = setTimeout(slow, SLOW_SECONDS * 1000);
    status.textContent = "";
    wait(true);
    fetch(form.dataset.chat, { method: "POST", body: data, headers: { Accept: "text/html" }, signal: stop.signal })
      .then(function (response) { return response.text().then(function (html) { return { ok: response.ok, html: html }; }); })
      .then(function (got) {
        var piece = piece_of(got.html);
        wait(false);
        if (got.ok && piece.querySelector(".exchange")) { if (box.value === typed) { box.value = ""; } show(piece); }
        else if (piece.querySelector(".error")) { complain(piece, typed); }
        else { throw new Error("not a piece of this page"); }
      })
      .catch(function () { wait(false); complain(get("offline").content.cloneNode(true), typed); })
      .then(function () { clearTimeout(timer); clearTimeout(late); });
  }

  // "Did this help?": the same form, and the thanks in its place. Where that fails the form is sent as a page.
  function helped(form, button) {
    var data = new URLSearchParams(new FormData(form));
    if (button && button.name) { data.set(button.name, button.value); }
    fetch(form.action, { method: "POST", body: data, headers: { Accept: "text/html", "X-Requested-With": "waymark" } })
      .then(function (response) { return response.text(); })
      .then(function (html) {
        var piece = piece_of(html), first = piece.querySelector("h3, legend, p, form");
        if (!first) { throw new Error("not a piece of this page"); }
        form.replaceWith(piece);
        first.setAttribute("tabindex", "-1");
        first.focus();
      })
      .catch(function () {
        if (button && button.name) {
          var field = document.createElement("input");
          field.type = "hidden"; field.name = button.name; field.value = button.value;
          form.appendChild(field);
        }
        form.submit();
      });
  }

  function aloud(button) {
    var speaking = button.getAttribute("aria-pressed") === "true", answer = button.closest(".exchange");
    var off = function () { button.setAttribute("aria-pressed", "false"); button.textContent = button.dataset.ready; };
    window.speechSynthesis.cancel();
    if (speaking) { off(); return; }
    var words = [];
    each(answer, ".answer h3, .answer h4, .answer p, .answer li", function (part) {
      if (part.closest("details") || part.querySelector("p, li")) { return; }
      var copy = part.cloneNode(true);
      each(copy, ".cite", function (mark) { mark.remove(); });
      words.push(copy.textContent.trim().replace(/\s+/g, " "));
    });
    var speech = new SpeechSynthesisUtterance(words.join(". "));
    speech.lang = "en-GB";
    speech.onend = speech.onerror = off;
    button.dataset.ready = button.dataset.ready || button.textContent;
    button.setAttribute("aria-pressed", "true");
    button.textContent = button.dataset.stop;
    window.speechSynthesis.speak(speech);
  }

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.dataset.chat) {
      event.preventDefault();
      if (!busy) { send(form, event.submitter); }
    } else if ("helped" in form.dataset) {
      event.preventDefault();
      helped(form, event.submitter);
    }
  });

  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("button") : null;
    if (!button) { return; }
    if ("copy" in button.dataset) {
      navigator.clipboard.writeText(button.dataset.copy).then(function () { status.textContent = button.textContent = button.dataset.done; }, function () {});
    } else if ("print" in button.dataset) { window.print(); }
    else if ("aloud" in button.dataset) { aloud(button); }
  });

  // On paper the sources are shown, whether they were open or not.
  window.addEventListener("beforeprint", function () { each(latest, "details.sources:not([open])", function (part) { part.open = part.dataset.shut = true; }); });
  window.addEventListener("afterprint", function () { each(latest, "details[data-shut]", function (part) { part.open = false; delete part.dataset.shut; }); });

  enable(document);
  if (get("summary")) { get("summary").focus(); }
})();
