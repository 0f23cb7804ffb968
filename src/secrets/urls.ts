/** Secrets of URLs: the credentials before the host, and parameters that are secret by name. */

import { decoded } from "../text/decoded.js";
import { masked } from "./masked.js";
import { isBooleanText, isSecretName } from "./names.js";

/** Up to the last `@` of the authority. Rather too much than too little: passwords hold slashes too. */
const userinfo = /([a-z][\w+.-]*:\/\/)([^\s/?#]*|[^\s/@:]*:\S*)@/gi;
/** A parameter of a URL's query or fragment: what stands before the value, the name, the value. */
const parameter = /([?&#;])([^\s=&?#;"'<>]+)=([^\s&#;"'<>]*)/g;

/** A value that is a URL, or holds some, as it may be shown. */
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

/** Only in what begins as a URL: `?key=…` stands in other texts, too. */
function maskParameters(text: string): string {
  if (!text.includes("://") || !text.includes("=")) return text;
  return text.replaceAll(parameter, (whole, mark: string, name: string, value: string) =>
    isSecretParameter(name, value) ? `${mark}${name}=${masked}` : whole,
  );
}

/** A URL in pieces: those parameters that are secret by their names, and the text between them. */
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

/** Bounded, so that a long word is not gone through again from each of its letters. */
const scheme = "[a-z][a-z0-9+.-]{0,30}://";
const userinfoInText = new RegExp(`(${scheme})[^\\s/?#"'<>]*@`, "gi");
/** What a URL in running text can't hold. */
const word = /[^\s"'<>]+/g;
/** A password with an unencoded slash ends the authority early: what follows the colon is then no port. */
const brokenUserinfo = new RegExp(`(${scheme})[^/?#:@]+:(?!\\d+(?:[/?#]|$))`, "i");

/** Running text without the secrets of the URLs in it. In time that grows with its length: a server may have sent it. */
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
