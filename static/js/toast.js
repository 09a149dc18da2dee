/** One short message at the foot of the page, with a button that takes it away. */

/** @param {"offline" | "failed" | "error"} kind names the sentence among the element's data attributes */
export function showToast(kind) {
  const toast = document.getElementById("toast");
  if (!toast) return;
  const text = document.createElement("p");
  text.textContent = toast.dataset[kind] ?? "";
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = toast.dataset.dismiss ?? "";
  close.addEventListener("click", hideToast);
  toast.hidden = false;
  toast.replaceChildren(text, close);
}

export function hideToast() {
  const toast = document.getElementById("toast");
  if (!toast) return;
  toast.hidden = true;
  toast.replaceChildren();
}
