/** All checks, in the order of the documentation. */
import type { Check } from "../check.js";
import { filter } from "./filter.js";
import { find } from "./find.js";
import { transform } from "./transform.js";
import { view } from "./view.js";
import { write } from "./write.js";

// A check only gets tests of its own kind, so the types of tests need not be known here.
export const checks = [view, write, filter, find, transform] as unknown as readonly Check[];
