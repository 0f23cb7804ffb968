/** Who appears in the scenarios. */

import { pbkdf2Sync } from "node:crypto";
import type { Login } from "../../support/request.js";

export const nobody = null;
/** A member of the hive. */
export const drone: Login = { name: "ct-drone", password: "drone's own" };
/** An admin of the hive's database. */
export const queen: Login = { name: "ct-queen", password: "queen's own" };
/** A user without any roles. */
export const terran: Login = { name: "ct-terran", password: "terran's own" };
/** Another server admin, written as a hash. */
export const overmind: Login = { name: "ct-overmind", password: "an overmind's: ✓" };
/** One that is written with a plain password. */
export const cerebrate: Login = { name: "ct-cerebrate", password: "a cerebrate's" };

export function hashed(prf: "sha1" | "sha256", password: string, salt: string, iterations: number): string {
  const length = prf === "sha1" ? 20 : 32;
  const key = pbkdf2Sync(password, salt, iterations, length, prf).toString("hex");
  return `-pbkdf2${prf === "sha1" ? "" : `:${prf}`}-${key},${salt},${iterations}`;
}

export const badRequest = (reason: unknown) => ({ error: "bad_request", reason });
export const unauthorized = (reason: string) => ({ error: "unauthorized", reason });
export const forbidden = (reason: string) => ({ error: "forbidden", reason });
export const notFound = (reason: string) => ({ error: "not_found", reason });
export const notAllowed = (allowed: string) => ({ error: "method_not_allowed", reason: `Only ${allowed} allowed` });

export const notServerAdmin = unauthorized("You are not a server admin.");
export const wrongPassword = unauthorized("Name or password is incorrect.");
export const noDatabase = notFound("Database does not exist.");
export const noJson = badRequest("invalid UTF-8 JSON");
export const conflict = { error: "conflict", reason: "Document update conflict." };
