// Five things to try, each ticked when it is done.

import { find, h, icon } from "./dom.js";
import { emit, on, recall, remember, state } from "./store.js";

const done = new Set(recall("done", [])); // "step/try"
const wide = matchMedia("(min-width: 1081px)");

const keyOf = (step, index) => `${step.id}/${index}`;
const isDone = (step) => step.tries.every((_, index) => done.has(keyOf(step, index)));

export function startGuide() {
  find("guide-toggle").addEventListener("click", () => show(find("guide").hidden));
  on("said", (text) => {
    const words = text.replace(/^[@＠]大管家\s*/, "").replace(/^[/／]/, "");
    tick((each) => each.starts && words.startsWith(each.starts));
  });
  on("clicked", (label) => tick((each) => each.click && label.includes(each.click)));
  on("moved", (step) => tick((each) => each.move === step));
  show(wide.matches ? recall("guide", true) : false, { keep: true });
}

function tick(fits) {
  for (const step of state.steps) {
    step.tries.forEach((each, index) => { if (fits(each)) done.add(keyOf(step, index)); });
  }
  remember("done", [...done]);
  draw();
}

function show(shown, { keep = false } = {}) {
  find("guide").hidden = !shown;
  find("desk").classList.toggle("with-guide", shown);
  find("guide-toggle").setAttribute("aria-expanded", String(shown));
  if (!keep) remember("guide", shown);
  draw();
}

function draw() {
  const finished = state.steps.filter(isDone).length;
  const all = state.steps.length;
  find("guide-toggle").replaceChildren(icon("flag"), h("span", {}, "五步上手"),
    h("b", {}, `${finished}/${all}`));
  if (find("guide").hidden) return;
  const current = state.steps.find((step) => !isDone(step));
  find("guide").replaceChildren(
    h("header", {},
      h("h2", {}, finished === all ? "都试过了，上手了！" : "五步上手"),
      h("button", { type: "button", "aria-label": "收起", onclick: () => show(false) }, icon("close"))),
    h("div", { class: "guide-bar", role: "img", "aria-label": `完成 ${finished} / ${all}` },
      state.steps.map((step) => h("i", { class: isDone(step) ? "on" : "" }))),
    h("ol", {}, state.steps.map((step, index) => stepOf(step, index, step === current))),
    h("p", { class: "guide-end" }, "想看大管家还会什么？跟它说「帮助」。"));
}

function stepOf(step, number, current) {
  const finished = isDone(step);
  const mark = h("span", { class: "mark" }, finished ? icon("check") : String(number + 1));
  return h("li", { class: `${finished ? "done" : ""}${current ? " current" : ""}` },
    h("details", { open: current },
      h("summary", {}, mark, h("span", {}, step.title),
        finished ? h("span", { class: "hearing" }, "（已完成）") : null),
      h("p", {}, step.about),
      step.tries.map((each, index) => tryOf(each, done.has(keyOf(step, index))))));
}

function tryOf(each, finished) {
  const tickMark = finished ? icon("check") : null;
  if (each.say) {
    return h("button", {
      type: "button", class: `try${finished ? " done" : ""}`, title: "填进输入框",
      onclick: () => fill(each),
    }, h("span", { class: "try-where" }, `${each.sender} · ${each.group}`),
    h("span", { class: "try-say" }, each.say), tickMark);
  }
  if (each.move) {
    return h("button", {
      type: "button", class: `try${finished ? " done" : ""}`,
      disabled: !state.clock.movable, onclick: () => emit("move", each.move),
    }, h("span", { class: "try-say" }, each.label), tickMark);
  }
  return h("p", { class: `try plain${finished ? " done" : ""}` },
    h("span", { class: "try-say" }, each.label), tickMark);
}

async function fill(each) {
  if (!wide.matches) show(false, { keep: true });
  emit("speak-and-open", each.sender, each.group, each.say);
}
