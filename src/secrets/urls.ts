/** Secrets in URLs: the credentials before the host, and parameters that are secret by name. */

import { decoded } from "../text/decoded.js";
import { masked } from "./masked.js";
import { isBooleanText, isSecretName } from "./names.js";

/**
 * Up to the last `@` of the authority. Rather matches too much than too little, because passwords may contain
 * slashes.
 */
const userinfo = /([a-z][\w+.-]*:\/\/)([^\s/?#]*|[^\s/@:]*:\S*)@/gi;
/** A parameter in a URL's query or fragment: the character before it, the name, the value. */
const parameter = /([?&#;])([^\s=&?#;"'<>]+)=([^\s&#;"'<>]*)/g;

/** Masks the secrets in a value that is a URL or contains some. */
export function maskUrls(text: string): string {
  return maskParameters(text.includes("@") ? text.replaceAll(userinfo, `$1${masked}@`) : text);
}

/** The secrets in the URLs of a value. */
export function urlSecrets(text: string): string[] {
  const logins = text.includes("@") ? [...text.matchAll(userinfo)] : [];
  return [
    ...logins.flatMap(([, , user = ""]) => [user, user.slice(user.indexOf(":") + 1)]),
    ...parametersOf(text).flatMap(({ value }) => [value, decoded(value)]),
  ];
}

/** Only if the text begins like a URL, because `?key=…` also occurs in other texts. */
function maskParameters(text: string): string {
  if (!text.includes("://") || !text.includes("=")) return text;
  return text.replaceAll(parameter, (whole, mark: string, name: string, value: string) =>
    isSecretParameter(name, value) ? `${mark}${name}=${masked}` : whole,
  );
}

/** Splits a URL into the parameters that are secret by name and the text between them. */
export function secretParameters(text: string): (string | { readonly name: string; readonly value: string })[] {
  const pieces: ReturnType<typeof secretParameters> = [];
  let end = 0;
  for (const { 0: whole, 2: name = "", 3: value = "", index } of text.matchAll(parameter)) {
    if (!isSecretParameter(name, value)) continue;
    const start = index + whole.length - value.length;
    pieces.push(text.slice(end, start), { name, value });
    end = start + value.length;
  }
  return [...pieces, text.slice(end)];
}

function parametersOf(text: string): { readonly value: string }[] {
  if (!text.includes("://") || !text.includes("=")) return [];
  return secretParameters(text).flatMap((piece) => (typeof piece === "string" ? [] : [piece]));
}

function isSecretParameter(name: string, value: string): boolean {
  return value !== "" && !isBooleanText(value) && isSecretName(decoded(name));
}

/** Limited, so that a long word is not searched again from each of its letters. */
const scheme = "[a-z][a-z0-9+.-]{0,30}://";
const userinfoInText = new RegExp(`(${scheme})[^\\s/?#"'<>]*@`, "gi");
/** A sequence of characters that a URL in running text can contain. */
const word = /[^\s"'<>]+/g;
/** An unencoded slash in a password ends the authority early; then the text after the colon is not a port. */
const brokenUserinfo = new RegExp(`(${scheme})[^/?#:@]+:(?!\\d+(?:[/?#]|$))`, "i");

/** Removes the secrets from URLs in running text. Takes linear time, because the text may come from a server. */
export function redactUrls(text: string): string {
  if (!text.includes("://")) return text;
  return text.replace(word, redactWord);
}

function redactWord(text: string): string {
  if (!text.includes("://")) return text;
  return maskParameters(redactBroken(text).replace(userinfoInText, `$1${masked}@`));
}

function redactBroken(text: string): string {
  const end = text.lastIndexOf("@");
  const found = end === -1 ? null : brokenUserinfo.exec(text);
  if (!found || found.index + found[0].length > end) return text;
  return `${text.slice(0, found.index)}${found[1]}${masked}${text.slice(end)}`;
}
