// The trial clock: shows it, and moves it forward.

import { get, post } from "./api.js";
import { find, h, icon, toast } from "./dom.js";
import { fullDay, later } from "./moment.js";
import { emit, on, state } from "./store.js";

const STEPS = [
  ["10m", "+10分钟"],
  ["1h", "+1小时"],
  ["evening", "到 18:00"],
  ["tomorrow", "明天 9:00"],
  ["workday", "下个工作日 9:00"],
];

let face;
let moving = false;
let buttons = [];

export function startClock() {
  face = h("span", { class: "clock-face", "aria-live": "off" });
  buttons = STEPS.map(([step, label]) => h("button", {
    type: "button", class: "step", "data-step": step, onclick: () => move(step),
  }, label));
  const menu = h("div", { class: "clock-menu", id: "clock-menu" },
    h("p", { class: "clock-note" }, "定时的提醒和报告会按这个时间发出来。"), buttons);
  const open = h("button", {
    type: "button", class: "clock-open", "aria-expanded": "false", "aria-controls": "clock-menu",
    "aria-label": "快进时间",
    onclick: () => toggle(),
  }, icon("forward"));
  const toggle = (shown) => {
    const now = menu.classList.toggle("shown", shown);
    open.setAttribute("aria-expanded", String(now));
  };
  document.addEventListener("pointerdown", (event) => {
    if (!find("clock").contains(event.target)) toggle(false);
  });
  find("clock").addEventListener("keydown", (event) => {
    if (event.key === "Escape") { toggle(false); open.focus(); }
  });
  menu.addEventListener("click", (event) => { if (event.target.closest("button")) toggle(false); });
  find("clock").replaceChildren(icon("clock"), face,
    ...(state.clock.movable ? [open, menu] : [h("span", { class: "clock-real" }, "真实时间")]));
  draw();
  setInterval(draw, 1000);
  on("state", draw);
  on("move", move);
}

export const nowIso = () => later(state.clock.now, performance.now() - state.clockAt);

function draw() {
  const { day, weekday, clock } = fullDay(nowIso());
  const words = `${day} ${weekday} ${clock}`;
  if (face.dataset.words === words) return;
  face.dataset.words = words;
  face.replaceChildren(h("span", { class: "clock-day" }, day),
    h("span", { class: "clock-weekday" }, weekday), h("b", {}, clock));
}

function set(clock) {
  state.clock = clock;
  state.clockAt = performance.now();
  draw();
}

// Something was said later than the face shows: the clock was moved in another window.
export function catchUp(at) {
  if (Date.parse(at) - Date.parse(nowIso()) > 5000) set({ ...state.clock, now: at });
}

export async function move(step) {
  if (moving) return;
  moving = true;
  busy(true);
  // Show the hours pass while the jobs on the way run.
  const watch = setInterval(async () => {
    try {
      const clock = await get("/console/clock");
      if (moving) set(clock);
    } catch {
      // The next look will do.
    }
  }, 400);
  try {
    set(await post("/console/clock", { step }));
    emit("moved", step);
  } catch (error) {
    toast(error.message);
  } finally {
    moving = false;
    clearInterval(watch);
    busy(false);
  }
}

function busy(on) {
  find("progress").hidden = !on;
  find("clock").classList.toggle("busy", on);
  for (const button of buttons) button.disabled = on;
}
