/** Which fields of a form hold something that the server has not acknowledged. */
export class Unsaved {
  /** @type {Map<string, number>} field name -> number of its last change */
  #changes = new Map();
  #count = 0;

  /** @param {string} name */
  touch(name) {
    this.#count += 1;
    this.#changes.set(name, this.#count);
  }

  get empty() {
    return this.#changes.size === 0;
  }

  /** @param {string} name */
  has(name) {
    return this.#changes.has(name);
  }

  /** @returns {ReadonlyMap<string, number>} what a request that starts now carries */
  snapshot() {
    return new Map(this.#changes);
  }

  /**
   * The server has what the request carried. A field that changed again meanwhile stays unsaved.
   * @param {ReadonlyMap<string, number>} carried
   */
  settle(carried) {
    for (const [name, change] of carried) {
      if (this.#changes.get(name) === change) this.#changes.delete(name);
    }
  }
}
