/**
 * Lets a work that is asked for again and again run one at a time: asked for while it runs, it runs once more.
 * @param {() => Promise<void>} work
 * @returns {() => Promise<void>} ends when nothing is asked for any more
 */
export function inTurn(work) {
  let wanted = false;
  /** @type {Promise<void> | null} */
  let running = null;
  const run = async () => {
    while (wanted) {
      wanted = false;
      await work();
    }
  };
  return () => {
    wanted = true;
    return (running ??= run().finally(() => (running = null)));
  };
}
