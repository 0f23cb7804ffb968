import { expect } from "vitest";
import type { Scenario } from "../contract.js";
import { cerebrate, forbidden, hashed, overmind, wrongPassword } from "./cast.js";

const admin = `/_node/_local/_config/admins/${overmind.name}`;
const plain = `/_node/_local/_config/admins/${cerebrate.name}`;
const strong = hashed("sha256", overmind.password, "5a17", 1000);
const weak = hashed("sha1", overmind.password, "5a18", 10);
const asAdmin = { userCtx: { name: overmind.name, roles: ["_admin"] } };

// biome-ignore format: one probe per line
export const admins: Scenario = {
  title: "admins",
  probes: [
    { it: "can't log in before they are created", send: "GET /_session", as: overmind, gets: 401, like: wrongPassword },
    { it: "are created with a SHA-256 hash", send: `PUT ${admin}`, body: strong, gets: 200, exactly: "" },
    { it: "keep that hash unchanged", send: `GET ${admin}`, gets: 200, exactly: strong },
    { it: "log in with its password", send: "GET /_session", as: overmind, gets: 200, like: asAdmin },
    { it: "are written with a SHA-1 hash, too, and the answer has the old hash", send: `PUT ${admin}`, body: weak, gets: 200, exactly: strong },
    { it: "keep that hash, too", send: `GET ${admin}`, gets: 200, exactly: weak },
    { it: "log in with the password of that hash", send: "GET /_session", as: overmind, gets: 200, like: asAdmin },
    { it: "have the permissions of an admin", send: "GET /_all_dbs", as: overmind, gets: 200 },
    { it: "may be written with a plain password", send: `PUT ${plain}`, body: `  ${cerebrate.password} `, gets: 200, exactly: "" },
    { it: "are hashed after a while", send: `GET ${plain}`, gets: 200, exactly: expect.stringMatching(/^-pbkdf2:sha256-[0-9a-f]{64},[0-9a-f]{32},600000$/), settles: true },
    { it: "log in with the trimmed password once it is hashed", send: "GET /_session", as: cerebrate, gets: 200, like: { userCtx: { name: cerebrate.name } } },
    { it: "can be written with a password that only looks like a hash", send: `PUT ${admin}`, body: "-pbkdf2-my password begins like this", gets: 200 },
    { it: "keep such a password unhashed", send: `GET ${admin}`, gets: 200, exactly: "-pbkdf2-my password begins like this" },
    { it: "are removed", send: `DELETE ${plain}`, gets: 200 },
    { it: "can't log in once they are removed", send: "GET /_session", as: cerebrate, gets: 401, like: wrongPassword },
  ],
};

const locked = { name: "ct-locked", password: "the right one" };
const wrong = { ...locked, password: "a wrong one" };
const attempts = [1, 2, 3, 4, 5].map((n) => ({
  it: `refuses wrong password number ${n}`,
  send: "GET /_session",
  as: wrong,
  gets: 401,
  like: wrongPassword,
}));

// biome-ignore format: one probe per line
export const lockout: Scenario = {
  title: "an account under attack",
  probes: [
    { it: "is made", send: `PUT /_node/_local/_config/admins/${locked.name}`, body: hashed("sha256", locked.password, "5a19", 1000), gets: 200 },
    ...attempts,
    { it: "is locked, even for the right password", send: "GET /_session", as: locked, gets: 403, like: forbidden("Account is temporarily locked due to multiple authentication failures") },
    { it: "gets a new salt", send: `PUT /_node/_local/_config/admins/${locked.name}`, body: hashed("sha256", locked.password, "5a20", 1000), gets: 200 },
    { it: "accepts the right password after that", send: "GET /_session", as: locked, gets: 200 },
  ],
};
