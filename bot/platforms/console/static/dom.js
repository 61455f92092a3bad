// Elements are made here and nowhere else: text only ever becomes a text node.

const SVG = "http://www.w3.org/2000/svg";

export const find = (id) => document.getElementById(id);

export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else if (value === true) element.setAttribute(name, "");
    else element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((each) => each !== null && each !== undefined));
  return element;
}

const PATHS = {
  back: "M15 5l-7 7 7 7",
  send: "M4 12l16-8-5 16-3.5-6.5L4 12z",
  reply: "M10 8V4L3 11l7 7v-4c5 0 8 1.5 11 5-1-6-4-11-11-11z",
  down: "M6 9l6 6 6-6",
  close: "M6 6l12 12M18 6L6 18",
  check: "M5 12.5l4.5 4.5L19 7.5",
  clock: "M12 7v5l3.5 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
  forward: "M4 6l8 6-8 6V6zM13 6l8 6-8 6V6z",
  file: "M7 3h7l5 5v13H7V3zM14 3v5h5",
  plus: "M12 5v14M5 12h14",
  flag: "M5 21V4h11l-2 4 2 4H5",
  slash: "M15 4L9 20",
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

const COLOURS = 8;

export function avatar(name, bot) {
  if (name === bot) {
    return h("span", { class: "avatar bot", "aria-hidden": "true" },
      h("img", { src: "/console/static/icon.svg", alt: "" }));
  }
  let sum = 0;
  for (const char of name) sum = (sum * 31 + char.codePointAt(0)) % 9973;
  const chars = [...name];
  // Chinese given names are told apart by their end, Latin ones by their beginning.
  const initials = /^[\x20-\x7e]*$/.test(name) ? chars.slice(0, 2) : chars.slice(-2);
  return h("span", { class: `avatar c${sum % COLOURS}`, "aria-hidden": "true" }, initials.join(""));
}

export function groupAvatar(name) {
  return h("span", { class: "avatar group", "aria-hidden": "true" }, [...name].slice(0, 1).join(""));
}

const WORDS = /(https?:\/\/[^\s<>"'，。；）」】]+)|([@＠][^\s@＠]{1,20})/g;

// Words with their @names and links marked.
export function rich(text, names) {
  const parts = [];
  let position = 0;
  for (const match of text.matchAll(WORDS)) {
    let node;
    let length = match[0].length;
    if (match[1]) {
      node = h("a", { href: match[1], target: "_blank", rel: "noopener noreferrer" }, match[1]);
    } else {
      const after = match[2].slice(1);
      const name = names.find((each) => after.startsWith(each));
      if (!name) continue;
      length = name.length + 1;
      node = h("span", { class: "mention" }, h("bdi", {}, `@${name}`));
    }
    parts.push(text.slice(position, match.index), node);
    position = match.index + length;
  }
  parts.push(text.slice(position));
  return parts;
}

let toastTimer;

export function toast(text) {
  const box = find("toast");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { box.hidden = true; }, 4000);
}
