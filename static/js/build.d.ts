/** Values that static/build.mjs writes into the bundles. */
declare const __PLOTLY_JS__: string;
declare const __PLOTLY_CSS__: string;
declare const __ADOPT_JS__: string;
declare const __SHELL_JS__: string;
declare const __LABELS_JS__: string;
declare const __PRECACHED__: { url: string }[];
declare const __DRUGS__: import("./label_facts.js").Drug[];
