// Small helpers shared by the plain pages: the page's own origin in examples, and copy buttons.
"use strict";

for (const place of document.querySelectorAll("[data-origin]")) place.textContent = location.origin;

/** Puts a copy button into every element with the class "copyable". */
function addCopyButtons(root) {
  for (const box of root.querySelectorAll(".copyable")) {
    if (box.querySelector("button")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(box.querySelector("pre").textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    box.append(button);
  }
}
addCopyButtons(document);
