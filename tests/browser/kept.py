"""What a browser keeps where pages can reach it."""

from __future__ import annotations

from playwright.sync_api import Page

_EVERYTHING = """
async () => {
  const parts = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) parts.push(request.url, await (await cache.match(request)).text());
  }
  for (const { name } of await indexedDB.databases()) {
    parts.push(`IndexedDB ${name}`);
    const db = await new Promise((resolve, reject) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    for (const store of db.objectStoreNames) {
      const all = db.transaction(store).objectStore(store).getAll();
      parts.push(JSON.stringify(await new Promise((resolve) => { all.onsuccess = () => resolve(all.result); })));
    }
    db.close();
  }
  return parts.join("\\n");
}
"""


def all_kept(page: Page) -> str:
    """Return all of it as one text, with the addresses it is kept under.

    The page for no connection is in it, which names the questions; ``"first_step_pain":`` stands in entries alone.
    """
    return str(page.evaluate(_EVERYTHING))


def until_kept(page: Page, words: str) -> None:
    """Wait until the browser keeps the words."""
    for _ in range(100):
        if words in all_kept(page):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"the browser does not keep {words}")
