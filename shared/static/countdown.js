// Counts down to the end of the session, then asks for the page again: the server leads to the login.
for (const place of document.querySelectorAll("[data-countdown]")) {
  const left = 1000 * Number(place.dataset.countdown);
  const end = performance.now() + left;
  const time = place.parentElement.querySelector("time");
  time.textContent = new Date(Date.now() + left).toLocaleTimeString();
  const show = () => {
    const seconds = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    place.textContent = `, in ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (seconds === 0) {
      clearInterval(timer);
      location.reload();
    }
  };
  const timer = setInterval(show, 1000);
  show();
}
