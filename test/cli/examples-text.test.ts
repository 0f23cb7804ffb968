import { describe, expect, it } from "vitest";
import { examplesText } from "../../src/commands/examples-text.js";

const url = "dev --url http://admin:password@127.0.0.1:5984";

describe("the examples of a help text", () => {
  it("have their meaning in the same line, in one column", () => {
    expect(
      examplesText(
        "tool",
        [
          ["a", "one"],
          ["a --b", "two"],
        ],
        60,
      ),
    ).toBe("Examples:\n  tool a      one\n  tool a --b  two");
  });

  it("have their meaning below a command that would leave no room, and never break the command", () => {
    expect(examplesText("tool", [[url, "on a CouchDB on this machine"]], 60)).toBe(
      `Examples:\n  tool ${url}\n      on a CouchDB on this machine`,
    );
  });
});
