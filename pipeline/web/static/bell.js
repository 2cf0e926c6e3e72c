// How many alerts came since one looked at them last.
const bell = document.querySelector(".bell");
const KEY = "alerts-seen";

const look = async () => {
  try {
    const since = localStorage.getItem(KEY) ?? new Date(0).toISOString();
    const answer = await fetch(`/api/v1/matches?${new URLSearchParams({ since, size: "0" })}`);
    const { total } = await answer.json();
    bell.textContent = total ? String(total) : "";
    if (total) bell.setAttribute("aria-label", `${total} new`);
  } catch {
    // Away for a moment.
  }
};

if (location.pathname === "/alerts") localStorage.setItem(KEY, new Date().toISOString());
else {
  look();
  setInterval(() => document.visibilityState === "visible" && look(), 10_000);
}
