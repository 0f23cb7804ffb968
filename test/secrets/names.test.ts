import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { harmlessNames, harmlessWords, isSecretName, secretNames, secretStems } from "../../src/secrets/names.js";

test.each([
  "password",
  "api_password",
  "smtpPassword",
  "API_KEY",
  "apiKey",
  "api-key",
  "apikey",
  "auth_key",
  "passphrase",
  "secret",
  "apiToken",
  "access_token",
  "accessToken2",
  "totp",
  "credentials",
  "private_key",
  "secrets",
])("%s is secret by its name", (name) => {
  expect(isSecretName(name)).toBe(true);
});

test.each([
  "password_scheme",
  "proxy_use_secret",
  "x_auth_token",
  "password_regexp",
  "token_ttl",
  "passwordChangedAt",
  "default_tokenizer",
  "key_file",
  "keyboard",
  "compass",
  "author",
  "authentication_db",
  "auth_cache_size",
  "name",
  "partitioned",
])("%s is not secret by its name", (name) => {
  expect(isSecretName(name)).toBe(false);
});

test("the documentation lists exactly the names in the code", async () => {
  const text = await readFile(new URL("../../docs/secrets.md", import.meta.url), "utf8");
  const listed = (start: string) => {
    const line = text.split("\n").find((one) => one.startsWith(`- ${start}`)) ?? "";
    return [...line.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
  };
  expect(listed("Secret where the name contains")).toEqual(secretStems);
  expect(listed("Secret where the name is")).toEqual(secretNames);
  expect(listed("Not secret where one of the name's words is")).toEqual(harmlessWords);
  expect(listed("Not secret: ")).toEqual(harmlessNames);
});
