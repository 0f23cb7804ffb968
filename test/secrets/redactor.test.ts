import { expect, test } from "vitest";
import { createRedactor } from "../../src/secrets/redactor.js";
import { redactUrls } from "../../src/secrets/urls.js";

test.each([
  ["http://admin:secret@host:5984/db", "http://***@host:5984/db"],
  ["https://admin@host/", "https://***@host/"],
  ["http://a:b@c@host/db", "http://***@host/db"],
  ["http://admin:pa/ss@host/db", "http://***@host/db"],
  ["from http://a:b@x to http://c:d@y", "from http://***@x to http://***@y"],
  [
    "http://host:5984/_users/org.couchdb.user:me@example.com",
    "http://host:5984/_users/org.couchdb.user:me@example.com",
  ],
  ["http://[::1]:5984/db", "http://[::1]:5984/db"],
  ["no address: me@example.com", "no address: me@example.com"],
  ["at https://host/db?apikey=hunter2&since=now#token=hunter3", "at https://host/db?apikey=***&since=now#token=***"],
  ["https://host/?api%5Fkey=hunter2", "https://host/?api%5Fkey=***"],
  ["https://host/?token=true&password_scheme=simple", "https://host/?token=true&password_scheme=simple"],
  ["what of ?apikey=x", "what of ?apikey=x"],
])("%s", (text, expected) => {
  expect(redactUrls(text)).toBe(expected);
});

const secret = 'p+/ "q✓ü%';
const base64 = (text: string) => Buffer.from(text).toString("base64");

test.each([
  ["unencoded", secret],
  ["in JSON", JSON.stringify({ reason: secret })],
  ["in a URL", `http://x/${encodeURIComponent(secret)}`],
  ["in a URL, in lower case", `http://x/${encodeURIComponent(secret).toLowerCase().replace(/^p/, "p")}`],
  ["in a form", `a=${encodeURIComponent(secret).replace(/%20/g, "+")}`],
  ["in base64", base64(secret)],
  ["in a Basic header", `Basic ${base64(`admin:${secret}`)}`],
  ["in another Basic header", `Basic ${base64(`me:${secret}`)}`],
  ["in a third Basic header", `Basic ${base64(`a:${secret}`)}`],
  ["with text after it, in base64", base64(`a:${secret} and more`)],
])("a secret %s", (_, text) => {
  const redacted = createRedactor([secret])(text);
  expect(redacted).toContain("***");
  for (const form of [secret, encodeURIComponent(secret), base64(secret).slice(4, 12)])
    expect(redacted).not.toContain(form);
});

const escaped = "p/<&\"'ü";

test.each([
  ["in JSON with upper-case escapes", String.raw`{"a":"p/<&\"'\u00FC"}`, '{"a":"***"}'],
  ["in JSON with escaped slashes", String.raw`{"a":"p\/<&\"'ü"}`, '{"a":"***"}'],
  ["in JSON with both kinds of escapes", String.raw`{"a":"p\/<&\"'\u00fc"}`, '{"a":"***"}'],
  ["in HTML", "<p>p/&lt;&amp;&quot;&#39;ü</p>", "<p>***</p>"],
  ["in HTML with hexadecimal entities", "<p>p/&lt;&amp;&#34;&#x27;ü</p>", "<p>***</p>"],
  ["in JSON in HTML", "{&quot;a&quot;:&quot;p/&lt;&amp;\\&quot;&#39;ü&quot;}", "{&quot;a&quot;:&quot;***&quot;}"],
])("a secret as other encoders write it, %s", (_, text, expected) => {
  expect(createRedactor([escaped])(text)).toBe(expected);
});

test.each([
  [["a"], "a cat has a b", "*** cat has *** b"],
  [["hive"], "the archive, hive: 'hive'", "the archive, ***: '***'"],
  [["overlord"], "overlords", "***s"],
  [["secret", "secret-long"], "it is secret-long", "it is ***"],
  [["", "x.y*"], "x.y* xay", "*** xay"],
  [[], "nothing http://a:b@c", "nothing http://***@c"],
  [["\ud800"], "half a pair", "half a pair"],
])("secrets %j in %j", (secrets, text, expected) => {
  expect(createRedactor(secrets)(text)).toBe(expected);
});

test("a long text from a server is searched only once", () => {
  const word = "x".repeat(2_000_000);
  expect(redactUrls(word)).toBe(word);
  expect(redactUrls("a://b:c".repeat(200_000))).toHaveLength(1_400_000);
  expect(redactUrls(`${word} http://a:b/c@d`)).toBe(`${word} http://***@d`);
});
