/**
 * Passkeys: adds one, or signs in with one, through Flask-Security's JSON answers.
 *
 * Hooks: form[data-passkey="register" | "sign-in"], hidden in the template and shown where the browser can;
 * its action is the first endpoint (wan_register, wan_signin, wan_verify), the second is action/<wan_state>.
 * [data-passkey-status] with data-waiting, data-cancelled, data-failed; data-passkey-next: where to go after
 * adding one. data-passkey-conditional on a sign-in form offers passkeys in the browser's autofill of an
 * input with autocomplete="username webauthn".
 */
import { fromBase64url, toBase64url } from "./base64url.js";
import { Turn } from "./passkey_turn.js";

/** @typedef {{response: Record<string, any>}} Answer */

class Refused extends Error {
  /** @param {number} status */
  constructor(status) {
    super(`answered with ${status}`);
    this.status = status;
  }
}

const turn = new Turn();

/** @param {{id: string, type: "public-key"}[] | undefined} list */
const withBytes = (list) => (list ?? []).map((entry) => ({ ...entry, id: fromBase64url(entry.id) }));

/** @param {Record<string, any>} options @returns {PublicKeyCredentialCreationOptions} */
export function creationOptions(options) {
  return {
    .../** @type {PublicKeyCredentialCreationOptions} */ (options),
    challenge: fromBase64url(options.challenge),
    user: { ...options.user, id: fromBase64url(options.user.id) },
    excludeCredentials: withBytes(options.excludeCredentials),
  };
}

/** @param {Record<string, any>} options @returns {PublicKeyCredentialRequestOptions} */
export function requestOptions(options) {
  return {
    .../** @type {PublicKeyCredentialRequestOptions} */ (options),
    challenge: fromBase64url(options.challenge),
    allowCredentials: withBytes(options.allowCredentials),
  };
}

/** @param {any} credential what the browser made @returns {string} the JSON that the server reads */
export function credentialJson(credential) {
  const { response } = credential;
  const extensions = JSON.stringify(credential.getClientExtensionResults());
  return JSON.stringify({
    id: credential.id,
    rawId: toBase64url(credential.rawId),
    type: credential.type,
    response: {
      clientDataJSON: toBase64url(response.clientDataJSON),
      attestationObject: toBase64url(response.attestationObject),
      transports: response.getTransports?.(),
      authenticatorData: toBase64url(response.authenticatorData),
      signature: toBase64url(response.signature),
      userHandle: toBase64url(response.userHandle),
    },
    extensions,
  });
}

/** @param {string} address @param {Record<string, unknown>} body @returns {Promise<Answer>} */
async function post(address, body) {
  const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Refused(answer.status);
  return answer.json();
}

/** @param {HTMLFormElement} form @returns {Record<string, string>} its fields, without the form token */
function fields(form) {
  const entries = [...new FormData(form)].filter(([name]) => name !== "csrf_token");
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

/** @param {HTMLFormElement} form @param {"waiting" | "cancelled" | "failed" | ""} state */
function say(form, state) {
  const line = /** @type {HTMLElement | null} */ (form.querySelector("[data-passkey-status]"));
  if (line) line.textContent = state ? (line.dataset[state] ?? "") : "";
}

/** @param {string} action @param {string} state the address of the second step, with the query of the first */
function secondStep(action, state) {
  const address = new URL(action, location.href);
  address.pathname = `${address.pathname.replace(/\/$/, "")}/${encodeURIComponent(state)}`;
  return address.href;
}

/** @param {HTMLFormElement} form */
async function register(form) {
  const { response } = await post(form.action, fields(form));
  const credential = await navigator.credentials.create({ publicKey: creationOptions(response.credential_options) });
  await post(secondStep(form.action, response.wan_state), { credential: credentialJson(credential) });
  location.assign(form.dataset.passkeyNext ?? location.href);
}

/** @param {HTMLFormElement} form @param {AbortSignal} [offer] the offer in the autofill, where it is one */
async function signIn(form, offer) {
  const sent = fields(form);
  const { response } = await post(form.action, sent);
  const publicKey = requestOptions(response.credential_options);
  const credential = await navigator.credentials.get({
    publicKey,
    ...(offer && { mediation: "conditional", signal: offer }),
  });
  if (offer) turn.accept(offer);
  const answer = await post(secondStep(form.action, response.wan_state), { ...sent, credential: credentialJson(credential) });
  location.assign(answer.response.post_login_url ?? form.dataset.passkeyNext ?? "/");
}

/** @param {HTMLFormElement} form */
async function run(form) {
  if (!turn.begin()) return;
  say(form, "waiting");
  try {
    await (form.dataset.passkey === "register" ? register(form) : signIn(form));
  } catch (error) {
    turn.end();
    // 401: the sign-in is too old for this. The plain form leads to the page that asks again.
    if (error instanceof Refused && error.status === 401) form.submit();
    say(form, error instanceof DOMException && error.name === "NotAllowedError" ? "cancelled" : "failed");
  }
}

/** @param {HTMLFormElement} form */
async function offerInAutofill(form) {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  const offer = turn.offer();
  try {
    await signIn(form, offer);
  } catch (error) {
    if (offer.aborted) return;
    turn.end();
    if (!(error instanceof DOMException)) say(form, "failed");
  }
}

export function watchPasskeys() {
  if (!("PublicKeyCredential" in window)) return;
  // A page that the browser kept and shows again has nothing under way.
  window.addEventListener("pageshow", (event) => event.persisted && turn.end());
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-passkey]"))) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void run(form);
    });
    if ("passkeyConditional" in form.dataset) void offerInAutofill(form);
  }
}

if (typeof document !== "undefined") watchPasskeys();
