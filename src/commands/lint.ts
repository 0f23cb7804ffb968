import { exitCodes } from "../contract/errors.js";
import type { LintResult } from "../contract/lint.js";
import { plain, type Style } from "../render/style.js";
import { version } from "../version.js";
import type { Command, Context } from "./command.js";
import { scopeOf } from "./migrations.js";
import { writeOut } from "./write-out.js";

export const lint: Command = {
  name: "lint",
  positionals: "[path]",
  summary: "Give advice about valid files, offline",
  examples: [
    ["lint", "what does not work, what is probably not meant, what could be better"],
    ["lint --couchdb 3.3", "also what that CouchDB lacks"],
    ["lint --format sarif --out lint.sarif", "for code scanning, with file, line and column"],
  ],
  async run(context) {
    const { settings, resolved, signal, log } = context;
    const engine = await context.engine();
    const result = await engine.lint(settings.path, {
      ...scopeOf(context),
      requireVariables: settings.requireVariables,
      off: resolved.sections.lintOff,
      policies: resolved.sections.policies,
      ...(settings.couchdb === undefined ? {} : { couchdb: settings.couchdb }),
      emit: log.emit,
      signal,
    });
    const { lintSummary, fails } = await import("../render/lint-text.js");
    const summary = lintSummary(result);
    if (settings.out === undefined) {
      log.close();
      if (settings.format === "json") context.printJson(result);
      else context.print(await write(result, context, context.style));
    } else {
      await writeOut(settings.out, await write(result, context, plain));
      log.info(`${summary}; written to ${settings.out}`);
    }
    return {
      exitCode: fails(result, settings.failOn) ? exitCodes.failed : exitCodes.done,
      summary: `Lint: ${summary}.`,
    };
  },
};

async function write(result: LintResult, { settings }: Context, style: Style): Promise<string> {
  const { jsonText } = await import("../render/json.js");
  if (settings.format === "json") return jsonText(result);
  if (settings.format !== "sarif") return (await import("../render/lint-text.js")).lintText(result, style);
  const [{ sarif }, { ruleTexts }] = await Promise.all([
    import("../render/lint-sarif.js"),
    import("../lint/rule-texts.js"),
  ]);
  return jsonText(sarif(result, ruleTexts, version));
}
