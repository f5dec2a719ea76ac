// Shows what is new: asks for the page again, and replaces the parts of it that have changed.
"use strict";

const { events, spread } = document.currentScript.dataset;
let isUnderWay = false;
let isWanted = false;

async function renew() {
  if (isUnderWay) {
    isWanted = true;
    return;
  }
  isUnderWay = true;
  try {
    const response = await fetch(location.pathname);
    if (!response.ok) throw response.status;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const next = page.getElementById(part.id);
      if (!next) {
        location.reload();
        return;
      }
      const folds = next.querySelectorAll("details");
      part.querySelectorAll("details").forEach((fold, at) => folds[at]?.toggleAttribute("open", fold.open));
      if (next.innerHTML !== part.innerHTML) {
        const focus = part.contains(document.activeElement) ? document.activeElement.id : "";
        part.innerHTML = next.innerHTML;
        document.getElementById(focus)?.focus();
      }
    }
  } catch {
    // The server is gone for a moment, or something is wrong there: the page stays until the next event.
  }
  isUnderWay = false;
  if (isWanted) {
    isWanted = false;
    renew();
  }
}

function hear() {
  const source = new EventSource(events);
  // A whole class does not ask in the same moment.
  source.onmessage = () => setTimeout(renew, Math.random() * Number(spread));
  // Refused: there are too many pages now.
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(hear, 5000);
  };
}

hear();
