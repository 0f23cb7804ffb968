/** A round as `--log-format json` prints it: one document for each. */
import type { DevRound } from "../../contract/dev.js";
import { problemsOf } from "../../render/error-text.js";

export function roundAsJson({ at, loaded, removed, lint, applied, orphans, tests, errors }: DevRound): object {
  const shown = Object.entries(errors).map(([part, error]) => {
    const { code, message, next } = error;
    return [part, { code, message, next, problems: problemsOf(error) }];
  });
  return {
    formatVersion: 1,
    at: at.toISOString(),
    valid: loaded !== undefined,
    ...(removed && { removed }),
    ...(lint && { lint }),
    ...(applied && { applied, orphans }),
    ...(tests && { tests }),
    errors: Object.fromEntries(shown),
  };
}
