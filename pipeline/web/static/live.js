// New results are counted as they come, and shown when one asks: nothing moves under who reads.
const banner = document.querySelector(".arrivals");
const list = document.querySelector(".list");
const waiting = new Map();

if (banner && !new URL(location).searchParams.has("cursor")) {
  const button = banner.querySelector("button");
  const stream = new EventSource(banner.dataset.live);
  stream.addEventListener("hit", (event) => {
    const { key, html } = JSON.parse(event.data);
    waiting.delete(key);
    waiting.set(key, html);
    button.textContent = `Show ${waiting.size} new`;
    banner.hidden = false;
  });
  button.addEventListener("click", () => {
    list.querySelector(".nothing")?.remove();
    for (const html of waiting.values()) {
      const hit = new DOMParser().parseFromString(html, "text/html").querySelector(".hit");
      // In a collapsed list, what says the same is replaced too.
      const is = "collapsed" in list.dataset && hit.dataset.same ? "same" : "key";
      const before = [...list.querySelectorAll(".hit")].find((other) => other.dataset[is] === hit.dataset[is]);
      before?.remove();
      hit.classList.add("fresh");
      list.prepend(hit);
    }
    waiting.clear();
    banner.hidden = true;
    list.querySelector(".hit a").focus();
  });
  addEventListener("pagehide", () => stream.close());
}
