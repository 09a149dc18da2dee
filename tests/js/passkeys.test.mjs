import assert from "node:assert/strict";
import { test } from "node:test";
import { creationOptions, credentialJson, requestOptions } from "../../static/js/passkeys.js";

/** @param {...number} values */
const bytes = (...values) => Uint8Array.of(...values);

test("options for a new passkey: challenge, user and known keys become bytes, the rest stays", () => {
  const sent = {
    rp: { id: "firststep.example", name: "Firststep" },
    user: { id: "-_8", name: "ana@demo.example", displayName: "Ana" },
    challenge: "AAEC_w",
    pubKeyCredParams: [{ type: "public-key", alg: -7 }],
    timeout: 60000,
    excludeCredentials: [{ type: "public-key", id: "_w", transports: ["internal"] }],
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
  };
  const untouched = structuredClone(sent);
  assert.deepEqual(creationOptions(sent), {
    ...sent,
    challenge: bytes(0, 1, 2, 255),
    user: { id: bytes(251, 255), name: "ana@demo.example", displayName: "Ana" },
    excludeCredentials: [{ type: "public-key", id: bytes(255), transports: ["internal"] }],
  });
  assert.deepEqual(sent, untouched);
});

test("options for signing in: challenge and allowed keys become bytes, the rest stays", () => {
  const sent = { challenge: "_-8", rpId: "firststep.example", userVerification: "required", allowCredentials: [{ type: "public-key", id: "AQI" }] };
  assert.deepEqual(requestOptions(sent), {
    challenge: bytes(255, 239),
    rpId: "firststep.example",
    userVerification: "required",
    allowCredentials: [{ type: "public-key", id: bytes(1, 2) }],
  });
});

test("without a list of keys the browser gets an empty one: any passkey of the phone", () => {
  assert.deepEqual(requestOptions({ challenge: "AA" }).allowCredentials, []);
  assert.deepEqual(creationOptions({ challenge: "AA", user: { id: "AA" } }).excludeCredentials, []);
});

test("a spoiled challenge is refused instead of signed", () => {
  assert.throws(() => requestOptions({ challenge: "A" }), { name: "InvalidCharacterError" });
  assert.throws(() => creationOptions({ challenge: "AA", user: { id: "é" } }), { name: "InvalidCharacterError" });
});

test("a new passkey is written as the server reads it, without members that it does not have", () => {
  const made = {
    id: "AQID",
    rawId: bytes(1, 2, 3).buffer,
    type: "public-key",
    response: {
      clientDataJSON: bytes(123, 125).buffer,
      attestationObject: bytes(255, 254).buffer,
      getTransports: () => ["internal", "hybrid"],
    },
    getClientExtensionResults: () => ({ credProps: { rk: true } }),
  };
  const written = JSON.parse(credentialJson(made));
  assert.deepEqual(written, {
    id: "AQID",
    rawId: "AQID",
    type: "public-key",
    response: { clientDataJSON: "e30", attestationObject: "__4", transports: ["internal", "hybrid"] },
    extensions: '{"credProps":{"rk":true}}',
  });
});

test("an answer of a passkey is written with signature and user; a browser without transports leaves them out", () => {
  const answered = {
    id: "_w",
    rawId: bytes(255).buffer,
    type: "public-key",
    response: {
      clientDataJSON: bytes(1).buffer,
      authenticatorData: bytes(2).buffer,
      signature: bytes(3).buffer,
      userHandle: bytes(4).buffer,
    },
    getClientExtensionResults: () => ({}),
  };
  assert.deepEqual(JSON.parse(credentialJson(answered)).response, {
    clientDataJSON: "AQ", authenticatorData: "Ag", signature: "Aw", userHandle: "BA",
  });
  const nameless = { ...answered, response: { ...answered.response, userHandle: null } };
  assert.equal("userHandle" in JSON.parse(credentialJson(nameless)).response, false);
});

test("what is written is what comes back", () => {
  const { challenge } = requestOptions({ challenge: "q83vEjRWeJA" });
  const written = credentialJson({
    id: "x", rawId: challenge.buffer, type: "public-key", response: { clientDataJSON: challenge.buffer }, getClientExtensionResults: () => ({}),
  });
  assert.equal(JSON.parse(written).rawId, "q83vEjRWeJA");
});
