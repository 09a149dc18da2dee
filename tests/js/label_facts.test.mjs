import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { findDrug, labelFacts } from "../../static/js/label_facts.js";

/** The cases that the server's rules answer too, and the drugs as the build has them. */
const CASES = JSON.parse(await readFile(new URL("../data/label_facts.json", import.meta.url), "utf8"));
const DRUGS = JSON.parse(await readFile(new URL("../../static/dist/drugs.json", import.meta.url), "utf8"));

for (const { name, facts, ...asked } of CASES) {
  test(name, () => assert.deepEqual(labelFacts(asked, DRUGS), facts));
}

test("the order of doses makes no difference, and nothing that was given is changed", () => {
  for (const { facts, ...asked } of CASES) {
    const given = structuredClone(asked);
    assert.deepEqual(labelFacts({ ...asked, doses: [...asked.doses].reverse() }, DRUGS), facts);
    assert.deepEqual(asked, given);
  }
});

test("a drug is found by its id, its name, another name, and as a gel", () => {
  const found = [
    findDrug("naproxen sodium", "oral", DRUGS),
    findDrug(" Paracetamol (acetaminophen)", "oral", DRUGS),
    findDrug("Indomethacin", "oral", DRUGS),
    findDrug("diclofenac", "gel", DRUGS),
    findDrug("ibuprofen", "gel", DRUGS),
  ];
  assert.deepEqual(
    found.map((drug) => drug?.id),
    ["naproxen sodium", "paracetamol", "indometacin", "diclofenac gel", undefined],
  );
});
