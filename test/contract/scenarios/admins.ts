import { expect } from "vitest";
import type { Scenario } from "../contract.js";
import { cerebrate, forbidden, hashed, overmind, wrongPassword } from "./cast.js";

const admin = `/_node/_local/_config/admins/${overmind.name}`;
const plain = `/_node/_local/_config/admins/${cerebrate.name}`;
const strong = hashed("sha256", overmind.password, "5a17", 1000);
const weak = hashed("sha1", overmind.password, "5a18", 10);
const asAdmin = { userCtx: { name: overmind.name, roles: ["_admin"] } };

// biome-ignore format: a probe a line
export const admins: Scenario = {
  title: "admins",
  probes: [
    { it: "are not there before they are written", send: "GET /_session", as: overmind, gets: 401, like: wrongPassword },
    { it: "are written as a SHA-256 hash", send: `PUT ${admin}`, body: strong, gets: 200, exactly: "" },
    { it: "keep that hash as it is", send: `GET ${admin}`, gets: 200, exactly: strong },
    { it: "log in with it", send: "GET /_session", as: overmind, gets: 200, like: asAdmin },
    { it: "are written as a SHA-1 hash too, and get the old one back", send: `PUT ${admin}`, body: weak, gets: 200, exactly: strong },
    { it: "keep that hash too", send: `GET ${admin}`, gets: 200, exactly: weak },
    { it: "log in with that one", send: "GET /_session", as: overmind, gets: 200, like: asAdmin },
    { it: "do what admins do", send: "GET /_all_dbs", as: overmind, gets: 200 },
    { it: "may be written in the clear", send: `PUT ${plain}`, body: `  ${cerebrate.password} `, gets: 200, exactly: "" },
    { it: "are hashed after a while", send: `GET ${plain}`, gets: 200, exactly: expect.stringMatching(/^-pbkdf2:sha256-[0-9a-f]{64},[0-9a-f]{32},600000$/), settles: true },
    { it: "log in then, their password trimmed", send: "GET /_session", as: cerebrate, gets: 200, like: { userCtx: { name: cerebrate.name } } },
    { it: "with a hash that is none can't log in", send: `PUT ${admin}`, body: "-pbkdf2-my password begins like this", gets: 200 },
    { it: "keep such a password in the clear", send: `GET ${admin}`, gets: 200, exactly: "-pbkdf2-my password begins like this" },
    { it: "are removed", send: `DELETE ${plain}`, gets: 200 },
    { it: "are gone then", send: "GET /_session", as: cerebrate, gets: 401, like: wrongPassword },
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

// biome-ignore format: a probe a line
export const lockout: Scenario = {
  title: "an account under attack",
  probes: [
    { it: "is made", send: `PUT /_node/_local/_config/admins/${locked.name}`, body: hashed("sha256", locked.password, "5a19", 1000), gets: 200 },
    ...attempts,
    { it: "is locked, also for the right password", send: "GET /_session", as: locked, gets: 403, like: forbidden("Account is temporarily locked due to multiple authentication failures") },
    { it: "is open again with another salt", send: `PUT /_node/_local/_config/admins/${locked.name}`, body: hashed("sha256", locked.password, "5a20", 1000), gets: 200 },
    { it: "lets the right password in", send: "GET /_session", as: locked, gets: 200 },
  ],
};
