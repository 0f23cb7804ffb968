import { expect, test } from "vitest";
import { Secrets } from "../../src/secrets/secrets.js";

const key = "d1f2".repeat(10);

test.each([
  [`-pbkdf2-${key},a0b1c2,10`, "***"],
  [`refused: "-pbkdf2:sha256-${key},a0b1c2d3,600000" is odd`, 'refused: "***" is odd'],
  [`-hashed-${key},salt was sent`, "*** was sent"],
  [`{"derived_key":"${key}","salt":"${key}","iterations":10}`, '{"derived_key":"***","salt":"***","iterations":10}'],
  [String.raw`"{\"password_sha\":\"${key}\"}"`, String.raw`"{\"password_sha\":\"***\"}"`],
  [`the rev 1-${key}, salt and pepper`, `the rev 1-${key}, salt and pepper`],
  ["-pbkdf2- is a prefix", "-pbkdf2- is a prefix"],
])("a password hash that a server quotes is masked: %s", (text, shown) => {
  expect(new Secrets().foreign(text)).toBe(shown);
});
