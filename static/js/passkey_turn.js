/**
 * Lets one ceremony at a time reach the server. The offer in the autofill gives way to the button until the
 * person has touched; from then on the button begins nothing, because two sign-ins would leave two sessions.
 */
export class Turn {
  /** @type {AbortController | null} */
  #offer = null;
  #busy = false;

  /** @returns {AbortSignal} of a new offer; it is aborted when something else begins */
  offer() {
    this.#offer = new AbortController();
    if (this.#busy) this.#offer.abort();
    return this.#offer.signal;
  }

  /** @returns {boolean} whether the button may begin; false while another ceremony is under way */
  begin() {
    if (this.#busy) return false;
    this.#offer?.abort();
    this.#busy = true;
    return true;
  }

  /**
   * The person touched what was offered; throws when the offer had already given way.
   * @param {AbortSignal} offer
   */
  accept(offer) {
    offer.throwIfAborted();
    this.#busy = true;
  }

  /** The ceremony failed, or the page is shown anew. A ceremony that succeeds leaves the page. */
  end() {
    this.#busy = false;
  }
}
