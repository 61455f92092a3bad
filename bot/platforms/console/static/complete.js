// Completion in the box: @ names people, / names commands.

import { avatar, h } from "./dom.js";
import { aboutMember, isPrivate, names, state } from "./store.js";

const PERSON = /(^|[^A-Za-z0-9_])[@＠]([^\s@＠]{0,12})$/;
const COMMAND = /^\s*(?:[@＠]大管家\s*)?[/／](\S*)$/;

export class Completion {
  constructor(box, list) {
    this.box = box;
    this.list = list;
    this.options = [];
    this.chosen = 0;
    box.addEventListener("input", () => this.look());
    box.addEventListener("click", () => this.look());
    box.addEventListener("blur", () => setTimeout(() => this.close(), 150));
  }

  look() {
    const before = this.box.value.slice(0, this.box.selectionStart);
    const person = PERSON.exec(before);
    const command = COMMAND.exec(before);
    if (command) this.offer(this.commands(command[1]));
    else if (person) this.offer(this.people(person[2]));
    else this.close();
  }

  people(typed) {
    const all = isPrivate(state.here) ? names() : [state.bot, ...names()];
    return all.filter((name) => name.includes(typed) && name !== typed).map((name) => ({
      draw: () => [avatar(name, state.bot), h("bdi", { class: "option-name" }, name),
        h("span", { class: "option-about" }, name === state.bot ? "机器人" : aboutMember(name))],
      pick: () => this.replace(/[@＠][^\s@＠]*$/, `@${name} `),
    }));
  }

  commands(typed) {
    const fits = state.phrases.filter((each) => each.say.includes(typed) || each.about.includes(typed));
    fits.sort((a, b) => Number(b.say.startsWith(typed)) - Number(a.say.startsWith(typed)));
    return fits.map((each) => ({
      draw: () => [h("span", { class: "option-name" }, each.say),
        h("span", { class: "option-about" }, each.about)],
      pick: () => this.replace(/[/／]\S*$/, `${each.say} `),
    }));
  }

  replace(pattern, words) {
    const at = this.box.selectionStart;
    const before = this.box.value.slice(0, at).replace(pattern, () => words);
    this.box.value = before + this.box.value.slice(at);
    this.box.setSelectionRange(before.length, before.length);
    this.close();
    this.box.focus();
    this.box.dispatchEvent(new Event("input"));
  }

  offer(options) {
    this.options = options;
    this.chosen = 0;
    if (!options.length) {
      this.close();
      return;
    }
    this.list.replaceChildren(...options.map((option, index) => h("li", {
      role: "option", id: `option-${index}`,
      // Before the box loses its focus.
      onpointerdown: (event) => { event.preventDefault(); option.pick(); },
    }, ...option.draw())));
    this.list.hidden = false;
    this.mark();
  }

  mark() {
    [...this.list.children].forEach((item, index) => {
      item.setAttribute("aria-selected", String(index === this.chosen));
    });
    this.list.children[this.chosen]?.scrollIntoView({ block: "nearest" });
    this.box.setAttribute("aria-activedescendant", `option-${this.chosen}`);
  }

  close() {
    this.list.hidden = true;
    this.options = [];
    this.box.removeAttribute("aria-activedescendant");
  }

  // Whether the key was ours.
  key(event) {
    if (this.list.hidden) return false;
    const count = this.options.length;
    switch (event.key) {
      case "ArrowDown": this.chosen = (this.chosen + 1) % count; this.mark(); break;
      case "ArrowUp": this.chosen = (this.chosen + count - 1) % count; this.mark(); break;
      case "Enter":
        if (event.shiftKey) return false;
        this.options[this.chosen].pick();
        break;
      case "Tab": this.options[this.chosen].pick(); break;
      case "Escape": this.close(); break;
      default: return false;
    }
    event.preventDefault();
    return true;
  }
}
