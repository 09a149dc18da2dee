/** What the daily form shows besides its answers: the chosen number, the next question, the strengths of a drug. */

/** @param {Element | null} scale writes the chosen number into its heading */
function showValue(scale) {
  const output = scale?.querySelector("[data-scale-value]");
  if (!(scale instanceof HTMLElement) || !output) return;
  const chosen = /** @type {HTMLInputElement | null} */ (scale.querySelector("input:checked"));
  if (!chosen || chosen.value === "") {
    output.textContent = scale.dataset.scaleNone ?? "";
    return;
  }
  const number = document.createElement("b");
  number.textContent = chosen.value;
  output.replaceChildren(number, ` ${scale.dataset.scaleOf ?? ""}`);
}

/** @param {HTMLSelectElement} select offers the usual strengths of the chosen drug while its amount is typed */
function offerStrengths(select) {
  const amount = select.form?.elements.namedItem(select.dataset.strengthsOf ?? "");
  if (amount instanceof HTMLInputElement) amount.setAttribute("list", `mg-${select.value.replaceAll(" ", "-")}`);
}

/** @param {HTMLInputElement} radio a "yes" opens what is asked next */
function openNext(radio) {
  const next = radio.form?.querySelector(`details[data-opens-with="${radio.name}"]`);
  if (radio.value === "yes") next?.setAttribute("open", "");
}

/** @param {EventTarget | null} target the input that was changed */
export function follow(target) {
  if (target instanceof HTMLInputElement && target.type === "radio") {
    showValue(target.closest("[data-scale]"));
    openNext(target);
  }
  if (target instanceof HTMLSelectElement && target.dataset.strengthsOf) offerStrengths(target);
}

/**
 * Shows an answer in the inputs of a name; one that is being typed stays as it is.
 * @param {HTMLFormElement} form
 * @param {string} name
 * @param {readonly string[]} texts
 */
export function show(form, name, texts) {
  for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
    if (field instanceof HTMLInputElement && (field.type === "radio" || field.type === "checkbox")) {
      // Of a scale nothing is chosen where nothing was recorded; a choice has a place for "no answer".
      const none = texts.length === 0 && field.value === "" && field.closest("[data-scale]") === null;
      field.checked = none || texts.includes(field.value);
    } else if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) {
      if (field !== document.activeElement) field.value = texts[0] ?? "";
    }
  }
  showValue(form.querySelector(`[name="${CSS.escape(name)}"]`)?.closest("[data-scale]") ?? null);
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 * @returns {string[]} what the inputs of the name held when the page came
 */
export function cameWith(form, name) {
  return [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)].flatMap((field) => {
    if (field instanceof HTMLInputElement && (field.type === "radio" || field.type === "checkbox")) return field.defaultChecked ? [field.value] : [];
    return field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement ? [field.defaultValue] : [];
  });
}

/**
 * Puts a sentence at an input, or takes it away.
 * @param {HTMLFormElement} form
 * @param {string} name
 * @param {string} sentence empty to take it away
 */
export function mark(form, name, sentence) {
  const field = form.querySelector(`[name="${CSS.escape(name)}"]`);
  const group = field?.closest(".segments, .scale") ?? field;
  const around = group?.closest(".field, .segments, .scale");
  if (!group || !around) return;
  const id = `${name}-error`;
  form.querySelector(`#${CSS.escape(id)}`)?.remove();
  around.classList.toggle("field--error", sentence !== "");
  const described = (group.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one !== "" && one !== id);
  if (sentence === "") group.removeAttribute("aria-invalid");
  else {
    const line = document.createElement("p");
    Object.assign(line, { id, className: "field__error", textContent: sentence });
    line.setAttribute("role", "alert");
    around.querySelector(".field__row, .segments__row, .scale__grid, textarea, select")?.before(line);
    group.setAttribute("aria-invalid", "true");
    described.unshift(id);
    group.closest("details")?.setAttribute("open", "");
  }
  if (described.length > 0) group.setAttribute("aria-describedby", described.join(" "));
  else group.removeAttribute("aria-describedby");
}
