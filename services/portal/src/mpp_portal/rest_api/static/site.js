// What pages do beyond htmx. Without a script every page works; this only spares people a wait or a loss.
// Marks in the HTML: form[data-keep] asks before typed words are lost; form[data-progress] shows an upload's progress;
// [data-submit-once] is sent once; [data-count] is filled with a number from an address; [data-print] prints;
// [data-suggest] gets suggestions from an address while somebody types;
// [data-refresh] is loaded anew every so many seconds, by its own hx-get.
"use strict";

const english = document.documentElement.lang === "en";
const say = (id, en) => (english ? en : id);

// After an answer: to the summary of errors, so that nobody searches for what went wrong.
function toErrors() {
  const summary = document.getElementById("error-summary");
  if (summary) summary.focus();
}
document.addEventListener("htmx:afterSettle", toErrors);

// Words typed and not sent are not lost by a wrong tap.
let unsent = false;
let inputs = 0;
document.addEventListener("input", (event) => {
  if (event.target.closest("form[data-keep]")) unsent = true;
  inputs += 1;
});

// Questions asked anew while somebody went on typing come too late: what was typed stays, and its own change asks again.
document.addEventListener("htmx:beforeRequest", (event) => { event.detail.requestConfig.inputs = inputs; });
document.addEventListener("htmx:beforeSwap", (event) => {
  const { elt, requestConfig } = event.detail;
  if (elt.closest("form[data-keep]") && requestConfig.inputs !== inputs) event.detail.shouldSwap = false;
});

// Without a connection nothing is sent: the browser's own page would take the place of what was typed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  form.querySelector(".offline")?.remove();
  if (navigator.onLine || form.method !== "post") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const told = document.createElement("p");
  told.className = "notice warn offline";
  told.setAttribute("role", "alert");
  told.textContent = say(
    "Koneksi terputus. Yang Anda tulis masih ada di halaman ini; kirim lagi setelah tersambung.",
    "The connection broke. What you wrote is still on this page; send it again once you are connected.");
  form.append(told);
});

document.addEventListener("submit", () => { unsent = false; });
window.addEventListener("beforeunload", (event) => {
  if (unsent) event.preventDefault();
});

// A form is sent once, however often its button is pressed; after "back" it can be sent again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-submit-once]")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
});

// A file that is too large is refused before minutes of sending; the server judges all the same.
document.addEventListener("change", (event) => {
  const input = event.target;
  const limit = Number(input.dataset?.limit);
  if (input.type !== "file" || !limit) return;
  const large = [...input.files].find((file) => file.size > limit);
  input.setCustomValidity(large ? say(`Berkas “${large.name}” terlalu besar.`, `The file “${large.name}” is too large.`) : "");
  input.reportValidity();
});

// Uploads with progress: the same form, sent by hand; the answer is the page it would have led to.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("form[data-progress]")) return;
  event.preventDefault();
  const bar = document.createElement("progress");
  const text = document.createElement("p");
  bar.max = 1;
  bar.setAttribute("aria-label", say("Mengunggah", "Uploading"));
  text.setAttribute("role", "status");
  form.append(bar, text);
  const request = new XMLHttpRequest();
  const failed = () => {
    bar.remove();
    delete form.dataset.sent;
    text.textContent = say(
      "Koneksi terputus. Berkas Anda belum terkirim; tekan tombol untuk mencoba lagi.",
      "The connection broke. Your file was not sent; press the button to try again.");
  };
  request.open(form.method, form.action);
  request.upload.addEventListener("progress", (told) => {
    if (!told.lengthComputable) return;
    bar.value = told.loaded / told.total;
    text.textContent = told.loaded < told.total
      ? say(`Terkirim ${Math.floor(bar.value * 100)}%`, `${Math.floor(bar.value * 100)}% sent`)
      : say("Terkirim. Sedang diperiksa…", "Sent. Being checked…");
  });
  request.addEventListener("error", failed);
  request.addEventListener("timeout", failed);
  request.addEventListener("load", () => {
    unsent = false;
    if (request.status < 400) {
      // A redirect was followed: its address is where the person belongs now, and loading it is free of side effects.
      const here = request.responseURL.split("#")[0] === location.href.split("#")[0];
      if (here) location.reload(); else location.assign(request.responseURL);
      return;
    }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const main = page.getElementById("content");
    if (!main) { failed(); return; }
    document.getElementById("content").replaceWith(main);
    document.title = page.title;
    if (window.htmx) window.htmx.process(main);
    prepare();
    toErrors();
  });
  const data = new FormData(form, event.submitter ?? undefined);
  request.send(data);
});

// Numbers that may come later than the page, such as unread messages.
async function fill(place) {
  try {
    const answer = await fetch(place.dataset.count, { headers: { "HX-Request": "true" } });
    const told = answer.ok ? (await answer.text()).trim() : "";
    if (/^[1-9][0-9]*$/.test(told)) {
      for (const same of document.querySelectorAll(`[data-count="${place.dataset.count}"]`)) {
        same.textContent = told;
        same.hidden = false;
      }
    }
  } catch {
    // No line: the page says everything else, and the number comes with the next one.
  }
}

// While somebody types: what they may mean, as the browser's own list below the box; a late answer is dropped.
let typed;
document.addEventListener("input", (event) => {
  const input = event.target;
  if (!input.dataset?.suggest) return;
  clearTimeout(typed);
  typed = setTimeout(async () => {
    const asked = input.value.trim();
    const list = input.list;
    if (!list || asked.length < 2) return;
    const params = new URLSearchParams({ q: asked, mall: input.form?.elements.mall?.value ?? "" });
    try {
      const answer = await fetch(`${input.dataset.suggest}?${params}`, { headers: { "HX-Request": "true" } });
      const told = answer.ok ? await answer.text() : "";
      if (input.value.trim() === asked) {
        list.replaceChildren(...new DOMParser().parseFromString(told, "text/html").querySelectorAll("option"));
      }
    } catch {
      // No line: the search itself works with the button.
    }
  }, 200);
});

// The camera reads a QR code where the browser can; elsewhere the page says to use the phone's camera.
async function scan(button) {
  const place = document.getElementById(button.getAttribute("aria-controls"));
  const told = place.querySelector("[role=status]");
  const video = place.querySelector("video");
  place.hidden = false;
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    told.textContent = say("Kamera tidak dapat dibuka.", "The camera cannot be opened.");
    return;
  }
  const stop = () => { stream.getTracks().forEach((track) => track.stop()); place.hidden = true; button.focus(); };
  place.querySelector("button").addEventListener("click", stop, { once: true });
  video.srcObject = stream;
  await video.play();
  told.textContent = say("Arahkan kamera ke kode QR.", "Point the camera at the QR code.");
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  while (stream.active) {
    const [found] = await detector.detect(video).catch(() => []);
    const address = found ? readable(found.rawValue) : "";
    if (address) { stop(); location.assign(address); return; }
    if (found) told.textContent = say("Kode QR ini bukan dari mal ini.", "This QR code is not from this mall.");
    await new Promise((go) => setTimeout(go, 250));
  }
}

// Only an address of our own verification page is followed.
function readable(text) {
  try {
    const url = new URL(text);
    return url.pathname.startsWith("/verify/") ? url.pathname : "";
  } catch {
    return "";
  }
}

// A list that others change too. Never while nobody looks, and never under a finger, a pointer or the focus.
function refresh() {
  for (const place of document.querySelectorAll("[data-refresh]")) {
    place.age = (place.age ?? 0) + 1;
    const busy = place.contains(document.activeElement) || place.matches(":hover");
    if (place.age < Number(place.dataset.refresh) || document.hidden || busy || !window.htmx) continue;
    place.age = 0;
    window.htmx.trigger(place, "refresh");
  }
}
setInterval(refresh, 1000);

function prepare() {
  for (const place of document.querySelectorAll("[data-only-script]")) place.hidden = false;
  const counts = new Set();
  for (const place of document.querySelectorAll("[data-count]")) {
    if (!counts.has(place.dataset.count)) { counts.add(place.dataset.count); fill(place); }
  }
  for (const button of document.querySelectorAll("button[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  for (const button of document.querySelectorAll("button[data-scan]")) {
    if (!("BarcodeDetector" in window) || !navigator.mediaDevices) continue;
    button.hidden = false;
    button.addEventListener("click", () => scan(button));
  }
}

prepare();
toErrors();
