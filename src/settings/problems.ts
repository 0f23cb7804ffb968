import { MigrateError } from "../contract/errors.js";

/**
 * All problems with the settings, reported together: nothing was sent. Each problem names its source and contains no
 * secrets.
 */
export class InvalidSettings extends MigrateError {
  override readonly name = "InvalidSettings";
  readonly problems: readonly string[];

  constructor(problems: readonly string[], next?: string) {
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
    super("invalid-settings", {
      message: `${problems[0] ?? "the settings can't be used"}${more}`,
      data: { problems },
      ...(next === undefined ? {} : { next }),
    });
    this.problems = problems;
  }
}
