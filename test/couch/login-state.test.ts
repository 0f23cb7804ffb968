import { expect, test } from "vitest";
import { afterAcceptance, afterRefusal, becoming, firstLogin, type LoginState } from "../../src/couch/login-state.js";

const declared = { name: "overmind", password: "new" };
type Event = "accepted" | "refused" | "party" | "become";

/** What the run signs with after these events. */
function signsWith(
  events: readonly Event[],
  previous?: string,
  credentials: typeof declared | undefined = declared,
): string {
  let state: LoginState | undefined = firstLogin(credentials, previous);
  for (const event of events) {
    if (!state) return "over before the end";
    if (event === "accepted") state = afterAcceptance(state);
    else if (event === "become") state = becoming(state, { name: "overmind", password: "written" });
    else state = afterRefusal(state, event === "party");
  }
  if (!state) return "nothing: the run ends";
  return state.using?.password ?? "no credentials";
}

test.each<[string, readonly Event[], string | undefined, string]>([
  ["at first the declared ones", [], "old", "new"],
  ["refused without a previous password", ["refused"], undefined, "nothing: the run ends"],
  ["refused with one", ["refused"], "old", "old"],
  ["both refused", ["refused", "refused"], "old", "nothing: the run ends"],
  ["a previous password equal to the present one is none", ["refused"], "new", "nothing: the run ends"],
  ["another runner ended the rotation", ["refused", "accepted", "refused"], "old", "new"],
  [
    "and then the declared ones are refused too",
    ["refused", "accepted", "refused", "refused"],
    "old",
    "nothing: the run ends",
  ],
  ["admin party", ["party"], "old", "no credentials"],
  ["another runner ended the party", ["party", "accepted", "refused"], undefined, "new"],
  ["another runner ended it before anything was answered", ["party", "refused"], undefined, "new"],
  [
    "the party has ended with another password",
    ["party", "accepted", "refused", "refused"],
    undefined,
    "nothing: the run ends",
  ],
  ["after the own admin was written", ["party", "accepted", "become"], undefined, "written"],
  ["after the own password was rotated", ["refused", "accepted", "become", "accepted"], "old", "written"],
  ["what was accepted is changed by somebody", ["accepted", "refused"], undefined, "nothing: the run ends"],
  ["what was accepted is changed back by somebody", ["accepted", "refused"], "old", "old"],
])("%s", (_, events, previous, expected) => {
  expect(signsWith(events, previous)).toBe(expected);
});

test("nothing declared: a refusal ends the run", () => {
  const state = firstLogin(undefined, undefined);
  expect(state.using).toBeUndefined();
  expect(afterRefusal(state, false)).toBeUndefined();
});

test("no chain of refusals is as long as a lockout", () => {
  let state: LoginState | undefined = firstLogin(declared, "old");
  let refusals = 0;
  while (state && refusals < 10) {
    refusals += 1;
    state = afterRefusal(afterAcceptance(state), false);
  }
  expect(refusals).toBeLessThan(5);
});
