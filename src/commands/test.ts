import { exitCodes, MigrateError } from "../contract/errors.js";
import type { TestResults } from "../contract/test-results.js";
import { plain, type Style } from "../render/style.js";
import { InvalidSettings } from "../settings/problems.js";
import { visible } from "../text/visible.js";
import type { Command, Context, Outcome } from "./command.js";
import { correctTheFiles } from "./correct-the-files.js";
import { scopeOf } from "./migrations.js";
import { writeOut } from "./write-out.js";

export const test: Command = {
  name: "test",
  positionals: "[path]",
  summary: "Run the tests of views, validation, filters, queries and transformations",
  // Not COUCHDB_URL: it may be set for `apply`, and the tests create databases and users.
  server: ({ given }) => given.get("url")?.from === "flag",
  examples: [
    ["test", "run migrations/*.test.yaml in an embedded server"],
    ["test --filter eldest --watch", "some of the tests, again after every change"],
    ["test --format junit --out tests.xml", "for CI"],
    ["test --url http://admin:password@127.0.0.1:5984", "the same tests on a CouchDB"],
  ],
  async run(context) {
    if (!context.settings.watch) return runOnce(context, { onRead: () => {} });
    return (await import("./test-again.js")).testAgain(context, (onRead) => runOnce(context, { onRead }));
  },
};

interface Reading {
  readonly onRead: (paths: readonly string[]) => void;
}

async function runOnce(context: Context, reading: Reading): Promise<Outcome> {
  const { settings, log } = context;
  const results = await resultsOf(context, reading);
  const { testSummary } = await import("../render/test-text.js");
  const summary = testSummary(results);
  if (!settings.watch) log.close();
  if (settings.out !== undefined) {
    await writeOut(settings.out, await write(results, context, plain));
    log.info(`${summary}; written to ${settings.out}`);
  } else if (settings.format === "json") context.printJson(results);
  else context.print(await write(results, context, context.style));
  if (results.files.length === 0) log.warn(whyNone(results, context));
  const isGood = results.failed === 0 && results.files.length > 0;
  return { exitCode: isGood ? exitCodes.done : exitCodes.failed, summary: `Tested: ${summary}.` };
}

async function resultsOf(context: Context, { onRead }: Reading): Promise<TestResults> {
  const { settings, connection, signal, log } = context;
  const { filter, path, scriptTimeout, wait } = settings;
  const only = filter === undefined ? undefined : await filterOf(filter);
  const { runTests } = await context.engine();
  const running = runTests(path, {
    ...scopeOf(context),
    signal,
    scriptTimeout,
    emit: log.emit,
    onRead,
    ...(wait !== undefined && { wait }),
    ...(connection && { connection }),
    ...(only && { only }),
  });
  return running.catch((error: unknown) => {
    throw error instanceof MigrateError ? correctTheFiles(error) : error;
  });
}

async function filterOf(text: string): Promise<(name: string) => boolean> {
  const { nameFilter } = await import("../testing/name-filter.js");
  const only = nameFilter(text);
  if (!only) throw new InvalidSettings([`--filter: \`${visible(text)}\` is not a valid regular expression`]);
  return only;
}

async function write(results: TestResults, { settings }: Context, style: Style): Promise<string> {
  switch (settings.format) {
    case "json":
      return (await import("../render/json.js")).jsonText(results);
    case "junit":
      return (await import("../render/test-junit.js")).testJunit(results);
    case "tap":
      return (await import("../render/test-tap.js")).testTap(results);
    default:
      return (await import("../render/test-text.js")).testText(results, style);
  }
}

function whyNone({ skipped }: TestResults, { settings: { path, filter } }: Context): string {
  if (skipped > 0) return `no test has a name that matches --filter \`${visible(filter ?? "")}\``;
  return `there are no *.test.yaml files in ${visible(path)}; \`couchdb-migrate new NAME --test\` writes the first`;
}
