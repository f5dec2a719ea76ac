// Counts down to the end of the session, then goes where the page says.
for (const place of document.querySelectorAll("[data-countdown]")) {
  const end = performance.now() + 1000 * Number(place.dataset.countdown);
  const show = () => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    const minutes = Math.floor(left / 60);
    const seconds = String(left % 60).padStart(2, "0");
    place.textContent = `: ${minutes}:${seconds} left`;
    if (left === 0) {
      clearInterval(timer);
      location.assign(place.dataset.then);
    }
  };
  const timer = setInterval(show, 1000);
  show();
}
