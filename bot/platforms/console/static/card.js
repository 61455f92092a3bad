// What is in a bubble: words, cards with buttons, forms, pictures, files.

import { newKey, post } from "./api.js";
import { find, h, icon, rich, toast } from "./dom.js";
import { emit, mentionable, names, state } from "./store.js";

const LONG = 1500; // characters, or
const TALL = 24; // lines, beyond which words are folded
const drafts = new Map(); // what was typed into a form, by message

export function body(line) {
  switch (line.kind) {
    case "card": return card(line);
    case "form": return form(line);
    case "picture": return picture(line);
    case "document": return file(line);
    default: return words(line.text);
  }
}

function words(text, kind = "words") {
  const box = h("p", { class: kind }, ...rich(text, mentionable()));
  if (text.length <= LONG && text.split("\n", TALL + 1).length <= TALL) return box;
  box.classList.add("folded");
  const more = h("button", { type: "button", class: "unfold", onclick: () => {
    const folded = box.classList.toggle("folded");
    more.textContent = folded ? "展开全文" : "收起";
  } }, "展开全文");
  return h("div", {}, box, more);
}

function top(line) {
  const { title, text, facts } = line.card;
  return [
    line.mentions.length ? h("p", { class: "pinged" }, ...rich(
      line.mentions.map((name) => `@${name}`).join(" "), line.mentions)) : null,
    h("h3", { class: "card-title" }, h("bdi", {}, title)),
    text ? words(text, "words card-text") : null,
    facts.length ? h("dl", { class: "facts" }, facts.map(([name, value]) => h("div", {},
      h("dt", {}, h("bdi", {}, name)), h("dd", {}, h("bdi", {}, ...rich(value, mentionable())))))) : null,
  ];
}

function card(line) {
  const buttons = line.card.buttons.map((each) => h("button", {
    type: "button",
    class: `action ${each.style}`,
    title: each.say,
    onclick: (event) => press(line, each.label, each.say, undefined, event.currentTarget),
  }, each.label));
  return h("div", { class: "card" }, ...top(line),
    buttons.length ? h("div", { class: "actions" }, buttons) : null);
}

async function press(line, label, say, fields, button) {
  if (button.getAttribute("aria-busy")) return false;
  button.setAttribute("aria-busy", "true");
  try {
    await post("/console/actions", {
      group: line.group, sender: state.me, message: line.id, say,
      ...(fields ? { fields } : {}), id: newKey(),
    });
    emit("clicked", label);
    return true;
  } catch (error) {
    toast(error.message);
    return false;
  } finally {
    button.removeAttribute("aria-busy");
  }
}

// --- forms -----------------------------------------------------------------------------

function form(line) {
  const draft = drafts.get(line.id) ?? {};
  drafts.set(line.id, draft);
  const rows = line.card.fields.map((field) => row(line, field, draft));
  const button = h("button", { type: "submit", class: "action primary" }, line.card.submit);
  return h("form", {
    class: "card",
    novalidate: true,
    onsubmit: async (event) => {
      event.preventDefault();
      const wrong = rows.filter((each) => !each.check());
      if (wrong.length) {
        wrong[0].input.focus();
        return;
      }
      const fields = Object.fromEntries(rows.map((each) => [each.name, each.input.value.trim()]));
      if (await press(line, line.card.submit, line.card.say, fields, button)) {
        for (const each of rows) each.reset();
      }
    },
  }, ...top(line), rows.map((each) => each.element), h("div", { class: "actions" }, button));
}

function row(line, field, draft) {
  const id = `f${line.id}-${field.name}`;
  const input = control(field, id);
  input.id = id;
  input.value = draft[field.name] ?? field.value;
  if (field.required) input.setAttribute("aria-required", "true");
  const wrong = h("p", { class: "wrong", id: `${id}-wrong`, role: "alert", hidden: true });
  input.setAttribute("aria-describedby", wrong.id);
  const check = () => {
    const missing = field.required && !input.value.trim();
    wrong.textContent = missing ? `请填写${field.label}` : "";
    wrong.hidden = !missing;
    input.setAttribute("aria-invalid", String(missing));
    return !missing;
  };
  input.addEventListener("input", () => {
    draft[field.name] = input.value;
    if (!wrong.hidden) check();
  });
  const element = h("div", { class: "field" },
    h("label", { for: id }, h("bdi", {}, field.label),
      field.required ? h("span", { class: "must", "aria-hidden": "true" }, " *") : null),
    input, listFor(field, id), wrong);
  const reset = () => { input.value = field.value; delete draft[field.name]; };
  return { name: field.name, input, element, check, reset };
}

function control(field, id) {
  const common = { placeholder: field.hint, autocomplete: "off" };
  switch (field.kind) {
    case "paragraph": return h("textarea", { ...common, rows: 3 });
    case "choice": return h("select", {},
      h("option", { value: "" }, field.hint ? `请选择（${field.hint}）` : "请选择"),
      field.options.map((each) => h("option", { value: each }, each)));
    case "ticks": return field.options.length ? ticks(field) : h("input", common);
    case "person": return h("input", { ...common, list: `${id}-list`, placeholder: field.hint || "写名字" });
    case "date": return h("input", { ...common, list: `${id}-list`, placeholder: field.hint || "如：周五下班前" });
    default: return h("input", common);
  }
}

// Boxes that have one value together, as every other control has.
function ticks(field) {
  const boxes = field.options.map((value) => h("input", { type: "checkbox", value }));
  const group = h("div", { class: "ticks", role: "group", "aria-label": field.label },
    boxes.map((box, n) => h("label", {}, box, h("bdi", {}, field.shown[n]))));
  Object.defineProperty(group, "value", {
    get: () => boxes.filter((box) => box.checked).map((box) => box.value).join("、"),
    set: (text) => {
      const chosen = text.split("、");
      for (const box of boxes) box.checked = chosen.includes(box.value);
    },
  });
  return group;
}

const DATES = ["今天下班前", "明天", "本周五", "下周一", "下周五", "月底"];

function listFor(field, id) {
  const options = { person: names(), date: DATES }[field.kind];
  if (!options) return null;
  return h("datalist", { id: `${id}-list` }, options.map((each) => h("option", { value: each })));
}

// --- pictures and files ----------------------------------------------------------------

function picture(line) {
  const image = h("img", { src: line.picture, alt: line.text, loading: "lazy" });
  // A picture takes its room late: whoever reads the end stays at the end.
  image.addEventListener("load", () => emit("grown"));
  return h("button", { type: "button", class: "picture", "aria-label": `看大图：${line.text.slice(0, 80)}`, onclick: () => {
    const large = find("viewer-image");
    large.src = line.picture;
    large.alt = line.text;
    find("viewer").showModal();
  } }, image);
}

function file(line) {
  const { name, size, url } = line.document;
  return h("a", { class: "file", href: url, download: name },
    icon("file"),
    h("span", { class: "file-words" },
      h("bdi", { class: "file-name" }, name),
      h("span", { class: "file-about" }, line.text && line.text !== name ? `${line.text} · ${sizeOf(size)}` : sizeOf(size))),
    h("span", { class: "file-get" }, "下载"));
}

function sizeOf(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

find("viewer").addEventListener("click", () => find("viewer").close());
