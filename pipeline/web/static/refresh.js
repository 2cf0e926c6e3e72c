// A part of the page, fetched anew every few seconds while it is looked at.
export function refresh(selector, seconds) {
  const again = async () => {
    if (document.visibilityState === "visible") {
      try {
        const answer = await fetch(location, { headers: { Accept: "text/html" } });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const [now, next] = [document.querySelector(selector), page.querySelector(selector)];
        if (answer.ok && next && !now.contains(document.activeElement)) now.replaceWith(next);
      } catch {
        // The server is away for a moment: what is shown stays.
      }
    }
    setTimeout(again, seconds * 1000);
  };
  setTimeout(again, seconds * 1000);
}
