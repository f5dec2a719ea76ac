// The X-ray stays open or closed as it was left, and counts down.
const xray = document.getElementById("xray");
xray.open = localStorage.getItem("xray") !== "closed";
xray.addEventListener("toggle", () => localStorage.setItem("xray", xray.open ? "open" : "closed"));

const left = document.getElementById("xray-left");
if (left) {
  const end = performance.now() + 1000 * Number(left.dataset.seconds);
  const show = () => {
    const seconds = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    left.textContent = parts.map((part) => String(part).padStart(2, "0")).join(":");
  };
  show();
  setInterval(show, 1000);
}
