// Loads a page again when its lesson has changed, and keeps what was typed into a form that has not.

{
  const { version, method } = document.currentScript.dataset;
  const kept = `typed ${location.pathname}`;

  const fields = () => [...document.querySelectorAll("main form :is(input, textarea, select)")].filter(
    (field) => field.name && !["hidden", "password", "submit", "file"].includes(field.type),
  );
  const isChoice = (field) => ["checkbox", "radio"].includes(field.type);
  // What a form is made of: if that has changed, what was typed may not fit.
  const shape = () =>
    fields().map((field) => `${field.form.action} ${field.name} ${field.type}`).join("\n");

  const typed = JSON.parse(sessionStorage.getItem(kept) ?? "null");
  sessionStorage.removeItem(kept);
  if (typed?.shape === shape()) {
    fields().forEach((field, at) => {
      if (isChoice(field)) field.checked = typed.values[at];
      else field.value = typed.values[at];
    });
  }

  new EventSource("/_watch/events").onmessage = ({ data }) => {
    if (data === version) return;
    const values = fields().map((field) => (isChoice(field) ? field.checked : field.value));
    sessionStorage.setItem(kept, JSON.stringify({ shape: shape(), values }));
    if (method === "GET") location.reload();
    // This page answers a form: to load it again would send the form again.
    else location.replace(document.referrer || "/");
  };
}
