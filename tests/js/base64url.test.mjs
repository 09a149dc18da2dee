import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64url, toBase64url } from "../../static/js/base64url.js";

const bytesOf = (length, first = 0) => Uint8Array.from({ length }, (_, index) => (first + index * 37) % 256);

test("bytes of every length modulo three come back, and are written without padding", () => {
  for (const length of [0, 1, 2, 3, 4, 5, 16, 31, 32, 33, 64, 255, 4096]) {
    const bytes = bytesOf(length, length);
    const text = toBase64url(bytes.buffer);
    assert.match(text, /^[A-Za-z0-9_-]*$/);
    assert.equal(text.length, Math.ceil((length * 4) / 3));
    assert.deepEqual(fromBase64url(text), bytes);
  }
});

test("every single byte and every pair at the edges of the alphabet comes back", () => {
  for (let byte = 0; byte < 256; byte += 1) {
    assert.deepEqual(fromBase64url(toBase64url(Uint8Array.of(byte).buffer)), Uint8Array.of(byte));
    const pair = Uint8Array.of(byte, 255 - byte);
    assert.deepEqual(fromBase64url(toBase64url(pair.buffer)), pair);
  }
});

test("the alphabet is the one of addresses, as Node writes it", () => {
  assert.equal(toBase64url(Uint8Array.of(0xfb, 0xef, 0xff).buffer), "--__");
  assert.deepEqual(fromBase64url("--__"), Uint8Array.of(0xfb, 0xef, 0xff));
  const bytes = bytesOf(301);
  assert.equal(toBase64url(bytes.buffer), Buffer.from(bytes).toString("base64url"));
});

test("padding and the ordinary alphabet are read too", () => {
  assert.deepEqual(fromBase64url("_w=="), Uint8Array.of(0xff));
  assert.deepEqual(fromBase64url("+/+/"), fromBase64url("-_-_"));
});

test("what an authenticator leaves out stays out; nothing at all is the empty text", () => {
  assert.equal(toBase64url(null), undefined);
  assert.equal(toBase64url(undefined), undefined);
  assert.equal(toBase64url(new ArrayBuffer(0)), "");
});

test("what is not base64url is refused, never read as something else", () => {
  for (const hostile of ["A", "AAAAA", "AA=A", "=", "====", "AA===", "A\u0000AA", "é", "٣٣٣٣", "<script>", "AAAA\u200b", "%41%41"]) {
    assert.throws(() => fromBase64url(hostile), { name: "InvalidCharacterError" }, JSON.stringify(hostile));
  }
});

test("a long key is read in one go", () => {
  const bytes = bytesOf(200_000);
  assert.deepEqual(fromBase64url(toBase64url(bytes.buffer)), bytes);
});
