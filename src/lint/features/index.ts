import type { Feature } from "./feature.js";
import { libraryFeatures } from "./library.js";
import { syntaxFeatures } from "./syntax.js";

export const features: readonly Feature[] = [...syntaxFeatures, ...libraryFeatures];
