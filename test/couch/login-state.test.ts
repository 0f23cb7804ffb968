import { expect, test } from "vitest";
import { afterAcceptance, afterRefusal, becoming, firstLogin, type LoginState } from "../../src/couch/login-state.js";

const declared = { name: "overmind", password: "new" };
type Event = "accepted" | "refused" | "party" | "become";

/** The password that the run logs in with after these events. */
function passwordAfter(
  events: readonly Event[],
  previous?: string,
  credentials: typeof declared | undefined = declared,
): string {
  let state: LoginState | undefined = firstLogin(credentials, previous);
  for (const event of events) {
    if (!state) return "the run ended too early";
    if (event === "accepted") state = afterAcceptance(state);
    else if (event === "become") state = becoming(state, { name: "overmind", password: "written" });
    else state = afterRefusal(state, event === "party");
  }
  if (!state) return "nothing: the run ends";
  return state.using?.password ?? "no credentials";
}

test.each<[string, readonly Event[], string | undefined, string]>([
  ["starts with the declared credentials", [], "old", "new"],
  ["refused without a previous password", ["refused"], undefined, "nothing: the run ends"],
  ["refused with a previous password", ["refused"], "old", "old"],
  ["both refused", ["refused", "refused"], "old", "nothing: the run ends"],
  ["a previous password equal to the present one does not count", ["refused"], "new", "nothing: the run ends"],
  ["another runner ended the rotation", ["refused", "accepted", "refused"], "old", "new"],
  [
    "another runner ended the rotation, and then the declared credentials are refused, too",
    ["refused", "accepted", "refused", "refused"],
    "old",
    "nothing: the run ends",
  ],
  ["admin party", ["party"], "old", "no credentials"],
  ["another runner ended the admin party", ["party", "accepted", "refused"], undefined, "new"],
  ["another runner ended the admin party before the first answer", ["party", "refused"], undefined, "new"],
  [
    "the admin party has ended with another password",
    ["party", "accepted", "refused", "refused"],
    undefined,
    "nothing: the run ends",
  ],
  ["after the run wrote its own admin", ["party", "accepted", "become"], undefined, "written"],
  ["after the run rotated its own password", ["refused", "accepted", "become", "accepted"], "old", "written"],
  ["somebody changes the accepted password", ["accepted", "refused"], undefined, "nothing: the run ends"],
  ["somebody changes the accepted password back", ["accepted", "refused"], "old", "old"],
])("%s", (_, events, previous, expected) => {
  expect(passwordAfter(events, previous)).toBe(expected);
});

test("without credentials, a refusal ends the run", () => {
  const state = firstLogin(undefined, undefined);
  expect(state.using).toBeUndefined();
  expect(afterRefusal(state, false)).toBeUndefined();
});

test("no chain of refusals is long enough for a lockout", () => {
  let state: LoginState | undefined = firstLogin(declared, "old");
  let refusals = 0;
  while (state && refusals < 10) {
    refusals += 1;
    state = afterRefusal(afterAcceptance(state), false);
  }
  expect(refusals).toBeLessThan(5);
});
