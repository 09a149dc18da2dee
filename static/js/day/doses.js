/** The doses of a day as the phone's own page lists them, each with a way to take it away. */

/**
 * Hooks: [data-shell-doses] with its words.
 * @param {import("../phone/phone.js").Phone} phone
 * @param {HTMLFormElement} form whose choices name the drugs
 * @param {string} day
 */
export async function listDoses(phone, form, day) {
  const place = /** @type {HTMLElement | null} */ (document.querySelector("[data-shell-doses]"));
  const list = place?.querySelector("ul");
  if (!place || !list) return;
  const doses = (await phone.dayShown(day)).events.dose ?? [];
  place.hidden = doses.length === 0;
  list.replaceChildren(
    ...doses.map((dose) => {
      const [line, words, button] = [document.createElement("li"), document.createElement("span"), document.createElement("button")];
      line.className = "noted-dose";
      words.textContent = doseWords(dose, form, place.dataset.unit ?? "");
      Object.assign(button, { type: "button", className: "button button--plain", textContent: place.dataset.remove });
      button.setAttribute("aria-label", `${place.dataset.remove}: ${words.textContent}`);
      button.addEventListener("click", () => void phone.add({ day, foot: null, set: { dose: { id: dose.id, removed: true } } }));
      line.append(words, button);
      return line;
    }),
  );
}

/** @param {import("../phone/days.js").Thing} dose @param {HTMLFormElement} form @param {string} unit */
function doseWords(dose, form, unit) {
  const name = String(dose.choice ?? dose.product ?? "");
  const option = [...form.querySelectorAll("option")].find((one) => one.value === name || one.value === `${name} ${String(dose.form)}`);
  const amount = typeof dose.dose_mg === "number" ? `${dose.dose_mg} ${unit}` : "";
  return [option?.textContent ?? name, amount].filter((part) => part !== "").join(", ");
}
