/**
 * `_users`: hashes passwords in written documents; the design document that CouchDB installs there validates the
 * rest.
 */

import { sandboxIterations } from "./iterations.js";
import { hashPassword, userHashFields } from "./passwords.js";
import { forbidden, notFound } from "./reply.js";
import type { SystemRules } from "./storage/system-rules.js";

const hashFields = new Set([
  "password",
  "password_scheme",
  "pbkdf2_prf",
  "password_sha",
  "salt",
  "iterations",
  "derived_key",
  "preserve_salt",
]);

export const usersRules: SystemRules = {
  async beforeWrite(edit, user, database) {
    const own = user.name === null || edit.id === `org.couchdb.user:${user.name}`;
    if (!database.isAdmin(user) && !own) throw notFound();
    const { password } = edit.body;
    if (password === undefined || password === null) return edit;
    if (typeof password !== "string") throw forbidden(`Password value of '${JSON.stringify(password)}' is invalid.`);
    const digest = database.profile.strongPasswords ? "sha256" : "sha";
    const hash = await hashPassword(password, digest, sandboxIterations);
    const others = Object.entries(edit.body).filter(([field]) => !hashFields.has(field));
    return { ...edit, body: { ...userHashFields(hash), ...Object.fromEntries(others) } };
  },

  afterRead(document, user, database) {
    if (database.isAdmin(user) || document._id === `org.couchdb.user:${user.name}`) return document;
    if (String(document._id).startsWith("_design/")) {
      throw forbidden("Only administrators can view design docs in the users database.");
    }
    throw notFound();
  },
};

/** The messages are CouchDB's, because clients read them; the function is not. */
const validateUser = `function (newDoc, oldDoc, userCtx, secObj) {
  function refuse(reason) { throw({ forbidden: reason }); }
  function listed(group) {
    var names = (group && group.names) || [], roles = (group && group.roles) || [];
    return names.indexOf(userCtx.name) >= 0 || roles.some(function (role) { return userCtx.roles.indexOf(role) >= 0; });
  }
  var isServerAdmin = userCtx.roles.indexOf('_admin') >= 0;
  var isAdmin = isServerAdmin || listed(secObj && secObj.admins);

  if (newDoc._deleted === true) {
    if (!isServerAdmin && !(oldDoc && userCtx.name === oldDoc.name)) refuse('Only admins may delete other user docs.');
    return;
  }
  if (newDoc.type !== 'user') refuse('doc.type must be user');
  if (!newDoc.name) refuse('doc.name is required');
  if (!newDoc.roles) refuse('doc.roles must exist');
  if (!isArray(newDoc.roles)) refuse('doc.roles must be an array');
  newDoc.roles.forEach(function (role) {
    if (typeof role !== 'string') refuse('doc.roles can only contain strings');
  });
  if (newDoc._id !== 'org.couchdb.user:' + newDoc.name) refuse('Doc ID must be of the form org.couchdb.user:name');
  if (oldDoc && oldDoc.name !== newDoc.name) refuse('Usernames can not be changed.');
  if (newDoc.password_scheme && ['simple', 'pbkdf2', 'simple+pbkdf2'].indexOf(newDoc.password_scheme) < 0) {
    refuse('Password scheme \`' + newDoc.password_scheme + '\` not supported.');
  }
  if (newDoc.password_scheme === 'pbkdf2') {
    if (typeof newDoc.iterations !== 'number') refuse('iterations must be a number.');
    if (typeof newDoc.derived_key !== 'string') refuse('derived_key must be a string.');
  }
  if (!isAdmin) {
    if (oldDoc && userCtx.name !== newDoc.name) refuse('You may only update your own user document.');
    var before = (oldDoc && oldDoc.roles || []).slice().sort().join(), after = newDoc.roles.slice().sort().join();
    if (before !== after) refuse(oldDoc ? 'Only _admin may edit roles' : 'Only _admin may set roles');
  }
  newDoc.roles.forEach(function (role) {
    if (role[0] === '_' && role !== '_metrics') refuse('No system roles (starting with underscore) in users db.');
  });
  if (newDoc.name[0] === '_') refuse('Username may not start with underscore.');
  if (newDoc.name.indexOf(':') >= 0) refuse('Character \`:\` is not allowed in usernames.');
}`;

export const usersDesignDoc = {
  _id: "_design/_auth",
  language: "javascript",
  validate_doc_update: validateUser,
};
