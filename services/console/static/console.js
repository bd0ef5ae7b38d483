// Three small things, all optional: lists that renew themselves, buttons that send once, focus on what went wrong.

// The list arrives as HTML that our own templates escaped; this policy is the one place that trusts it.
const trusted = globalThis.trustedTypes?.createPolicy("mash-list", { createHTML: (html) => html });

function drawn(html) {
  const page = new DOMParser().parseFromString(trusted ? trusted.createHTML(html) : html, "text/html");
  return [...page.body.childNodes];
}

function keepLive(list) {
  const state = document.querySelector("[data-live-state]");
  const stream = new EventSource(list.dataset.live);
  let urgent = Number(list.querySelector("[data-urgent]")?.dataset.urgent ?? 0);

  stream.addEventListener("open", () => {
    state.textContent = "Live: new contacts appear by themselves.";
    state.classList.add("is-live");
  });
  stream.addEventListener("list", (event) => {
    const held = list.contains(document.activeElement) ? document.activeElement : null;
    const row = held?.closest("tr[id]")?.id;
    const path = held?.getAttribute("href");
    list.replaceChildren(...drawn(event.data));
    const again = row ? document.getElementById(row)?.querySelector("a") : path && list.querySelector(`a[href="${CSS.escape(path)}"]`);
    again?.focus({ preventScroll: true });
    const now = Number(list.querySelector("[data-urgent]")?.dataset.urgent ?? 0);
    if (now > urgent) state.textContent = `A contact in immediate danger has arrived. ${now} in danger now.`;
    document.title = document.title.replace(/^(\(\d+ in danger\) )?/, now ? `(${now} in danger) ` : "");
    urgent = now;
    sendOnce(list);
  });
  stream.addEventListener("signed-out", () => {
    stream.close();
    location.assign("/sign-in");
  });
  stream.addEventListener("error", () => {
    state.classList.remove("is-live");
    state.textContent = "Not live at the moment: trying again. Reload the page to see the newest.";
  });
  addEventListener("pagehide", () => stream.close());
}

function sendOnce(root) {
  for (const form of root.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", () => {
      const button = form.querySelector("button");
      setTimeout(() => (button.disabled = true));
    });
  }
}

addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form[data-once] button")) button.disabled = false;
});
for (const list of document.querySelectorAll("[data-live]")) keepLive(list);
sendOnce(document);
document.querySelector("[data-focus]")?.focus();
