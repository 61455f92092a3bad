// Who is speaking: the cast, and names that the visitor adds.

import { avatar, h, icon } from "./dom.js";
import { aboutMember, emit, hasUnreadPrivate, names, remember, state } from "./store.js";

let menu = null;

export function openPeople(anchor) {
  if (menu) {
    closePeople();
    return;
  }
  const input = h("input", { type: "text", maxlength: 20, placeholder: "加一个人", "aria-label": "新名字" });
  const list = h("div", { role: "listbox", "aria-label": "换一个人说话", class: "people-list" },
    names().map((name) => h("button", {
      type: "button", role: "option", "aria-selected": String(name === state.me),
      onclick: () => choose(name, anchor),
    }, avatar(name, state.bot), h("bdi", {}, name),
    h("span", { class: "option-about" }, aboutMember(name)),
    name === state.me ? icon("check") : null,
    name !== state.me && hasUnreadPrivate(name)
      ? h("span", { class: "dot", title: "有未读私聊" }, h("span", { class: "hearing" }, "有未读私聊")) : null)));
  const add = h("form", { class: "people-add", onsubmit: (event) => {
    event.preventDefault();
    const name = input.value.replace(/[@＠]/g, "").trim().replace(/\s+/g, " ");
    if (!name || name === state.bot) return;
    if (!names().includes(name)) {
      state.added.push(name);
      remember("added", state.added);
    }
    choose(name, anchor);
  } }, input, h("button", { type: "submit", "aria-label": "加上" }, icon("plus")));
  menu = h("div", { class: "people" }, h("p", { class: "people-title" }, "你现在是谁？"), list, add);
  menu.addEventListener("keydown", keys(anchor));
  anchor.after(menu);
  anchor.setAttribute("aria-expanded", "true");
  list.querySelector("[aria-selected=true]")?.focus();
  setTimeout(() => document.addEventListener("pointerdown", outside));
}

const keys = (anchor) => (event) => {
  const options = [...menu.querySelectorAll("[role=option]")];
  const index = options.indexOf(document.activeElement);
  if (event.key === "Escape") {
    closePeople();
    anchor.focus();
  } else if (event.key === "ArrowDown") {
    options[(index + 1) % options.length]?.focus();
    event.preventDefault();
  } else if (event.key === "ArrowUp") {
    options[(index + options.length - 1) % options.length]?.focus();
    event.preventDefault();
  }
};

function outside(event) {
  if (!menu?.contains(event.target) && !event.target.closest(".speaker")) closePeople();
}

function choose(name) {
  closePeople();
  emit("speak", name);
  document.getElementById("box").focus();
}

function closePeople() {
  menu?.previousElementSibling?.setAttribute("aria-expanded", "false");
  menu?.remove();
  menu = null;
  document.removeEventListener("pointerdown", outside);
}
