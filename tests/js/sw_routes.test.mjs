import assert from "node:assert/strict";
import { test } from "node:test";
import { answersPage, ownPage } from "../../static/js/sw_routes.js";

/** @param {string} address */
const answers = (address, mode = "navigate") => answersPage(mode, new URL(address, "https://firststep.example").pathname);

test("a patient's pages fall back to the shell", () => {
  for (const address of ["/", "/log", "/log/2026-11-23", "/progress?days=90", "/share", "/settings/sessions", "/login?next=/practice"]) {
    assert.equal(answers(address), true, address);
  }
});

test("the practitioners' area is left alone, with and without a query", () => {
  const share = "/practice/0b8e2f6a-6f0e-4f6e-9d0c-0a3f0d1c2b3a";
  for (const address of ["/practice", "/practice/", "/practice?order=name", share, `${share}/still`, `${share}/figure.json?days=30`]) {
    assert.equal(answers(address), false, address);
  }
});

test("an address that only begins like the practitioners' area is a page like any other", () => {
  assert.equal(answers("/practices"), true);
  assert.equal(answers("/settings/practice"), true);
});

test("downloads are left alone, so that the browser saves them however long they take", () => {
  for (const address of ["/export", "/export/2026", "/settings/export?from=2026-01-01", "/diary.csv", "/diary.csv?days=30", "/report.html", "/a.json"]) {
    assert.equal(answers(address), false, address);
  }
});

test("a dot in the query makes no download of a page", () => {
  assert.equal(answers("/login?next=/diary.csv"), true);
  assert.equal(answers("/sign-up?email=ana@demo.example"), true);
});

test("static files are left to the browser's own cache and the precache", () => {
  assert.equal(answers("/static/dist/app-0123456789.js"), false);
  assert.equal(answers("/static/"), false);
});

test("only pages are answered: parts, saves and pictures go straight to the network", () => {
  for (const mode of ["cors", "no-cors", "same-origin", "websocket"]) assert.equal(answers("/log", mode), false, mode);
});

test("the phone's own pages stand for those that can be filled from what it keeps", () => {
  const own = {
    "/log": "/offline/log",
    "/log/2026-11-23": "/offline/log",
    "/progress": "/offline/progress",
    "/events": "/offline/events",
    "/events/new/treatment_session": "/offline/events",
    "/events/new/flare": "/offline/events",
    "/events/0b8e2f6a-6f0e-4f6e-9d0c-0a3f0d1c2b3a": null,
    "/events/new": null,
    "/events/new/flare/more": null,
    "/log/yesterday": null,
    "/share": null,
  };
  for (const [pathname, page] of Object.entries(own)) assert.equal(ownPage(pathname), page, pathname);
});
