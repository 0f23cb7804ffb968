import { describe, expect, test } from "vitest";
import { defaults } from "../../src/contract/options.js";
import { longestDuration, parseDuration, writeDuration } from "../../src/settings/duration.js";
import { resolveSettings } from "../../src/settings/resolve.js";
import { type SettingName, settings } from "../../src/settings/table.js";
import { parseValue } from "../../src/settings/value.js";
import { nearest } from "../../src/text/nearest.js";

test.each([
  ["500ms", 500],
  ["30s", 30_000],
  ["5m", 300_000],
  ["1h", 3_600_000],
  ["1h30m", 5_400_000],
  ["1m30s500ms", 90_500],
  ["0s", 0],
])("the duration %s is %i ms", (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test.each(["", "30", "30 s", "s", "-5s", "1.5h", "5d", "30S", "1s1m"])("%j is not a duration", (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test.each([
  [90_000, "1m30s"],
  [30_000, "30s"],
  [0, "0s"],
])("%i ms are written %s", (milliseconds, text) => {
  expect(writeDuration(milliseconds)).toBe(text);
});

test("no duration is longer than Node's timers support", () => {
  expect(longestDuration).toBeLessThan(2 ** 31);
});

describe("an invalid value", () => {
  test.each<[SettingName, string, string]>([
    [
      "iamUrl",
      "https://kerrigan:s3cret@iam.example",
      "the value is not a URL such as https://iam.cloud.ibm.com/identity/token",
    ],
    ["wait", "30", "`30` needs a unit; write `30s`, or `30m`"],
    ["wait", "soon", "`soon` is not a duration; write `30s` or `5m`"],
    ["wait", "9999h", "`9999h` is too long; the maximum is `576h`"],
    ["leaseTtl", "10ms", "`10ms` is too short; the minimum is `1s`"],
    ["timeout", "0s", "`0s` is too short; the minimum is `1ms`"],
    ["concurrency", "many", "`many` is not a whole number"],
    ["concurrency", "0", "0 is not between 1 and 256"],
    ["verify", "maybe", "`maybe` is not `true` or `false`"],
    ["logFormat", "jsn", "`jsn` is not one of `pretty`, `json`; did you mean `json`?"],
    ["logLevel", "\x1b[2J", "`\\x1b[2J` is not one of `trace`, `debug`, `info`, `warn`, `error`, `silent`"],
    [
      "set",
      "a/b",
      "`a/b` is not a name of up to 100 letters, digits, `.`, `_` and `-` that begins with a letter or digit",
    ],
    ["ledgerDatabase", "Ledger", "`Ledger` is not a letter, then lower-case letters, digits and any of `_$()+-/`"],
  ])("%s: %j", (name, text, wrong) => {
    expect(parseValue(settings[name], text)).toEqual({ wrong });
  });
});

test.each<[SettingName, string, unknown]>([
  ["timeout", "none", undefined],
  ["terminationLog", "none", undefined],
  ["verify", "yes", true],
  ["verify", "0", false],
  ["set", "billing.eu-1", "billing.eu-1"],
])("%s: %s is %j", (name, text, value) => {
  expect(parseValue(settings[name], text)).toEqual({ value });
});

test.each([
  ["lease-tll", "leaseTtl"],
  ["lese_ttl", "leaseTtl"],
  ["zzzzzzzz", undefined],
])("the name nearest to %s is %s", (name, meant) => {
  expect(nearest(name, ["wait", "leaseTtl", "leaseWait"])).toBe(meant);
});

test("the defaults match the library's", async () => {
  const { settings: values } = await resolveSettings("apply", {}, {});
  const { set, concurrency, leaseTtl, leaseWait } = values;
  expect({ set, concurrency, leaseTtl, leaseWait }).toEqual({
    set: defaults.set,
    concurrency: defaults.concurrency,
    leaseTtl: defaults.leaseTtl,
    leaseWait: defaults.leaseWait,
  });
});
