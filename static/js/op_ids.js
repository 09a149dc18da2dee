/**
 * Gives each save its op id. A save that failed may have been stored before its answer was lost: the same
 * save again carries the same id, which the server knows. A save of anything else has an id of its own,
 * because the server does not read what comes under an id that it knows.
 */

/** @typedef {{content: string, id: string, failed: boolean}} Sent */

// The op id itself, and the form's token, which may be renewed between two attempts.
const NOT_CONTENT = ["op", "csrf_token"];

/** @param {FormData} body @returns {string} */
function contentOf(body) {
  return JSON.stringify([...body].filter(([name]) => !NOT_CONTENT.includes(name)).map(([name, value]) => [name, String(value)]));
}

export class OpIds {
  /** @type {Sent | null} */
  #last = null;

  /** @param {FormData} body of a request that starts now @returns {string} the id under which to send it */
  idFor(body) {
    const content = contentOf(body);
    const again = this.#last?.failed && this.#last.content === content;
    this.#last = { content, id: again && this.#last ? this.#last.id : crypto.randomUUID(), failed: false };
    return this.#last.id;
  }

  /** @param {string} id of a request that had no answer, or one that does not say that it was read */
  failed(id) {
    if (this.#last?.id === id) this.#last.failed = true;
  }
}
