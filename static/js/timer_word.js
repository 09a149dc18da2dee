/**
 * The word by which the log knows that the answers in its address were tapped at the timer in this tab.
 *
 * It lies in the tab's own storage, which no other site can write to, and is good for one time.
 */
const NAME = "timer";

/** @returns {string} a new word; empty where the browser keeps nothing */
export function leaveWord() {
  try {
    const word = crypto.randomUUID();
    sessionStorage.setItem(NAME, word);
    return word;
  } catch {
    return "";
  }
}

/** @param {string} hash the end of an address @param {string} word @returns {string} the end with the word in it */
export const withWord = (hash, word) => (word ? `${hash}&${new URLSearchParams({ [NAME]: word })}` : hash);

/** @param {string} hash @returns {boolean} whether it repeats the word that was left in this tab */
export function hasWord(hash) {
  const word = new URLSearchParams(hash.slice(1)).get(NAME);
  try {
    return word !== null && word !== "" && word === sessionStorage.getItem(NAME);
  } catch {
    return false;
  }
}

/** @param {string} hash @returns {boolean} whether it repeated the word, which is good no more */
export function spendWord(hash) {
  const good = hasWord(hash);
  if (good) sessionStorage.removeItem(NAME);
  return good;
}
