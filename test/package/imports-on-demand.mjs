/** CommonJS packages, imported on demand: bundled and run by Node by bundle.test.ts. */
export const load = () => Promise.all([import("yaml"), import("ajv")]);
