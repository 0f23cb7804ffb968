import { InvalidSettings } from "../settings/problems.js";
import type { Context } from "./command.js";

/** Only plans have a Markdown form. */
export function noMarkdown({ settings }: Context): void {
  if (settings.format !== "markdown") return;
  throw new InvalidSettings(["--format: markdown is for plans; choose text or json"]);
}
