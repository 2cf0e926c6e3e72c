// Offers how to go on with the search line: down and up choose, Enter takes, Escape closes (WAI-ARIA combobox).
const input = document.getElementById("q");
const list = document.getElementById("completions");
let asked = 0;
let timer;

const options = () => [...list.children];
const chosen = () => list.querySelector("[aria-selected=true]");

function close() {
  clearTimeout(timer);
  asked += 1;
  list.hidden = true;
  list.replaceChildren();
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", option.id);
}

function take(option) {
  const rest = input.value.slice(input.selectionStart);
  input.value = option.dataset.line + rest;
  input.setSelectionRange(option.dataset.line.length, option.dataset.line.length);
  close();
  input.focus();
}

function show(values) {
  list.replaceChildren(...values.map((value, number) => {
    const option = document.createElement("li");
    option.id = `completion-${number}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.line = value.line;
    const kind = document.createElement("span");
    kind.className = "n";
    kind.textContent = value.stories ? ` ${value.kind} · ${value.stories}` : ` ${value.kind}`;
    option.append(value.text, kind);
    return option;
  }));
  list.hidden = values.length === 0;
  input.setAttribute("aria-expanded", String(values.length > 0));
}

async function ask() {
  const line = input.value.slice(0, input.selectionStart);
  asked += 1;
  const number = asked;
  if (!line.trim()) return close();
  try {
    const response = await fetch(`/api/v1/completions?line=${encodeURIComponent(line)}`);
    if (response.ok && number === asked) show((await response.json()).values);
  } catch { /* Without an answer the line is typed as it is. */ }
}

input.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(ask, 150);
});
input.addEventListener("keydown", (event) => {
  if (list.hidden) return;
  const all = options();
  const now = all.indexOf(chosen());
  if (event.key === "ArrowDown") choose(all[(now + 1) % all.length]);
  else if (event.key === "ArrowUp") choose(all[(now + all.length) % all.length] ?? all.at(-1));
  else if (event.key === "Enter" && chosen()) take(chosen());
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
});
input.addEventListener("blur", close);
list.addEventListener("pointerdown", (event) => {
  event.preventDefault();
  const option = event.target.closest("[role=option]");
  if (option) take(option);
});
