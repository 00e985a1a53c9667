// What makes the pages livelier. Every page does without it.
"use strict";

// A part of a page that is loaded again until its answer says where to go: data-poll, data-every.
async function poll(part) {
  try {
    const answer = await fetch(part.dataset.poll, { headers: { Accept: "text/html" } });
    const target = answer.headers.get("X-Go");
    if (target) { location.replace(target); return; }
    if (answer.ok) {
      part.innerHTML = await answer.text();
      if (!part.querySelector("progress")) { return; }
    } else if (answer.status < 500 && answer.status !== 429) { location.reload(); return; }
  } catch { /* the server is away: ask again */ }
  setTimeout(() => poll(part), Number(part.dataset.every));
}

// A form that says what is wrong while it is filled in: data-check is asked after each change.
function check(form) {
  const said = form.querySelector("[data-check-said]");
  const touched = new Set();
  let waiting = 0, asked = 0;
  async function ask() {
    const mine = ++asked;
    const body = new URLSearchParams(new FormData(form));
    let answer;
    try { answer = await fetch(form.dataset.check, { method: "POST", body }); } catch { return; }
    if (!answer.ok || mine !== asked) { return; }
    const { wrong, notes } = await answer.json();
    for (const field of form.querySelectorAll("[data-field]")) {
      const key = field.dataset.field, input = field.querySelector("input, select");
      const line = touched.has(key) ? wrong[key] || "" : "";
      field.classList.toggle("bad", line !== "");
      field.querySelector(".wrong").textContent = line;
      const note = field.querySelector(".note");
      if (note) { note.textContent = notes[key] || ""; }
      if (line) { input.setAttribute("aria-invalid", "true"); } else { input.removeAttribute("aria-invalid"); }
    }
    const count = Object.keys(wrong).length;
    said.textContent = count ? `${count} ${count === 1 ? "value is" : "values are"} not right` : "All values are right";
  }
  for (const field of form.querySelectorAll(".bad[data-field]")) { touched.add(field.dataset.field); }
  form.addEventListener("input", (event) => {
    const field = event.target.closest("[data-field]");
    if (!field) { return; }
    touched.add(field.dataset.field);
    clearTimeout(waiting);
    waiting = setTimeout(ask, 300);
  });
}

// A map on which a click adds a site to a list: data-map gives another map, data-target the list.
function pick(box) {
  const shown = box.querySelector("[data-map-shown]"), said = box.querySelector("[data-map-said]");
  const list = document.getElementById(box.dataset.target);
  const spans = [360, 120, 40, 12, 4];
  const own = shown.querySelector("[data-marks]").innerHTML ? firstMark() : null;
  let view = viewOf();
  box.dataset.ready = "";
  box.querySelector("[data-map-tools]").hidden = false;

  function viewOf() {
    const { latitude, longitude, east, north, span } = shown.querySelector("svg").dataset;
    return { latitude: +latitude, longitude: +longitude, east: +east, north: +north, span: +span };
  }
  function firstMark() {
    const here = viewOf(), circle = shown.querySelector("[data-marks] circle");
    return position(here, +circle.getAttribute("cx"), +circle.getAttribute("cy"));
  }
  function position(here, x, y) {
    const longitude = here.longitude + (x - 360) / here.east;
    return { latitude: here.latitude - (y - 200) / here.north, longitude: ((longitude + 540) % 360) - 180 };
  }
  function sites() {
    return list.value.split("\n").map((line) => line.match(/^\s*(-?[\d.]+)\s*,\s*(-?[\d.]+)/)).filter(Boolean)
      .map((found) => ({ latitude: +found[1], longitude: +found[2] }));
  }
  function draw() {
    const marks = shown.querySelector("[data-marks]");
    marks.replaceChildren();
    const all = (own ? [{ ...own, own: true }] : []).concat(sites());
    for (const site of all) {
      const turn = ((site.longitude - view.longitude + 540) % 360) - 180;
      const circle = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      circle.setAttribute("cx", 360 + turn * view.east);
      circle.setAttribute("cy", 200 - (site.latitude - view.latitude) * view.north);
      circle.setAttribute("r", 6);
      circle.setAttribute("fill", site.own ? "#cc79a7" : "#0072b2");
      circle.setAttribute("stroke", "#1a1a1a");
      marks.append(circle);
    }
  }
  async function show(latitude, longitude, span) {
    const asked = new URLSearchParams({ latitude, longitude, span });
    const answer = await fetch(`${box.dataset.map}?${asked}`);
    if (!answer.ok) { return; }
    shown.innerHTML = await answer.text();
    view = viewOf();
    draw();
  }
  shown.addEventListener("click", (event) => {
    const frame = shown.querySelector("svg").getBoundingClientRect();
    const x = ((event.clientX - frame.left) / frame.width) * 720, y = ((event.clientY - frame.top) / frame.height) * 400;
    const site = position(view, x, y);
    if (Math.abs(site.latitude) > 90) { return; }
    const digits = view.span > 100 ? 1 : view.span > 20 ? 2 : 3;
    const line = `${site.latitude.toFixed(digits)},${site.longitude.toFixed(digits)}`;
    list.value = list.value.trim() === "" ? line : `${list.value.trimEnd()}\n${line}`;
    said.textContent = `Added ${line}.`;
    draw();
  });
  box.addEventListener("click", (event) => {
    const button = event.target.closest("[data-map-zoom]");
    if (!button) { return; }
    const step = spans.indexOf(view.span) + (button.dataset.mapZoom === "in" ? 1 : -1);
    if (step < 0 || step >= spans.length) { return; }
    const middle = sites().at(-1) || own || view;
    show(middle.latitude, middle.longitude, spans[step]);
  });
  list.addEventListener("input", draw);
  draw();
}

for (const part of document.querySelectorAll("[data-poll]")) { setTimeout(() => poll(part), 300); }
for (const form of document.querySelectorAll("form[data-check]")) { check(form); }
for (const box of document.querySelectorAll("[data-map]")) { pick(box); }
for (const form of document.querySelectorAll("form[data-submit]")) {
  form.addEventListener("change", () => form.requestSubmit());
}
