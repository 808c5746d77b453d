// Keyboard: "/" goes to the search field, Escape leaves it. A form is sent once. Everything else is plain links and forms.
document.addEventListener("keydown", function (event) {
  var at = document.activeElement;
  var typing = at && (at.tagName === "INPUT" || at.tagName === "TEXTAREA" || at.tagName === "SELECT");
  if (event.key === "/" && !typing) {
    var field = document.querySelector("#q") || document.querySelector("#quick");
    if (field) { event.preventDefault(); field.focus(); field.select(); }
  } else if (event.key === "Escape" && typing) {
    at.blur();
  }
});
document.addEventListener("submit", function (event) {
  if (event.target.method !== "post") return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "1";
});
window.addEventListener("pageshow", function () {
  document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
});
