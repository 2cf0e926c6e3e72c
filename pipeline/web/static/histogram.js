// Dragging over a histogram asks for that time. Each bar is a link for those who do not drag.
for (const figure of document.querySelectorAll(".histogram")) {
  const svg = figure.querySelector("svg");
  const bars = [...svg.querySelectorAll(".bar")];
  const chosen = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  chosen.setAttribute("class", "chosen");
  chosen.setAttribute("height", "60");
  let from = null;
  let dragged = false;

  const at = (event) => {
    const box = svg.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    return Math.min(bars.length - 1, Math.max(0, Math.floor(share * bars.length)));
  };
  const range = (to) => [Math.min(from, to), Math.max(from, to)];

  svg.addEventListener("dragstart", (event) => event.preventDefault());
  svg.addEventListener("pointerdown", (event) => {
    from = at(event);
    dragged = false;
  });
  svg.addEventListener("pointermove", (event) => {
    if (from === null) return;
    const [first, last] = range(at(event));
    if (first === last && !dragged) return;
    if (!dragged) svg.setPointerCapture(event.pointerId);
    dragged = true;
    svg.append(chosen);
    chosen.setAttribute("x", first * 10);
    chosen.setAttribute("width", (last - first + 1) * 10);
  });
  svg.addEventListener("pointerup", (event) => {
    if (from !== null && dragged) {
      const [first, last] = range(at(event));
      const address = new URL(figure.dataset.links, location);
      address.searchParams.set(`${figure.dataset.prefix}since`, bars[first].dataset.since);
      address.searchParams.set(`${figure.dataset.prefix}until`, bars[last].dataset.until);
      location.assign(address);
    }
    from = null;
  });
  svg.addEventListener("pointercancel", () => {
    from = null;
    dragged = false;
    chosen.remove();
  });
  svg.addEventListener("click", (event) => dragged && event.preventDefault(), true);
}
