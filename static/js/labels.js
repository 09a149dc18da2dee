/** The script of the label facts: the rules, with the drugs that this build was made with. */
export { findDrug, labelFacts } from "./label_facts.js";

/** @type {import("./label_facts.js").Drug[]} */
export const DRUGS = __DRUGS__;
