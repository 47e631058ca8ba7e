// Shows what is typed, on request. Without this file everything works but that.
for (const button of document.querySelectorAll("button[aria-controls]")) {
  const input = document.getElementById(button.getAttribute("aria-controls"));
  const show = (visible) => {
    input.type = visible ? "text" : "password";
    button.setAttribute("aria-pressed", String(visible));
    button.textContent = visible ? button.dataset.hide : button.dataset.show;
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    show(input.type === "password");
    input.focus();
  });
  // Browsers offer to keep a password only if it was typed as one.
  input.form.addEventListener("submit", () => show(false));
}
