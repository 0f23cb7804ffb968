/** Known secrets, one for each place where a secret may be, and migration files that contain or name them. */

/** With characters that every encoding changes. */
const made = (name: string) => `${name}~7+/ "q<&✓ü%${[...name].reverse().join("")}`;

export const secrets = {
  login: "login-hunter2-Zq7",
  previous: made("previous"),
  variable: made("variable"),
  inline: made("inline"),
  fromFile: made("from-file"),
  fromNamedFile: made("from-named-file"),
  urlPassword: "url-password-9fQ",
  replicationUrl: "replication-url-4xW",
  replicationAuth: made("replication-auth"),
  replicationHeader: "replication-header-8kT",
  replicationKey: "replication-key-1gN",
  configKey: "config-key-3mB-c2VjcmV0",
  configPassword: "config-password-5rN",
  tlsKey: "tls-key-6vC",
  userToken: "user-token-2cD",
  userTotp: "user-totp-7hJ",
  configAuthKey: "config-auth-key-3gL",
  configPassphrase: "config-passphrase-6tR",
  urlParameter: "url-parameter-9sL",
  filterParameter: "filter-parameter-4zX",
  shared: "shared-3pD-value",
  alias: "alias-1wQ-alias",
  argument: "argument-6yU-argument",
  oldConfig: "old-config-8rB",
  oldUser: "old-user-3nV",
  oldLink: "old-link-5kM",
} as const;

export const env = (folder: string): Record<string, string> => ({
  OVERMIND_PASSWORD: secrets.variable,
  NAMED_FILE: `${folder}/named-secret`,
  LINK_URL: `https://kerrigan:${secrets.replicationUrl}@char.invalid:6984/brood`,
  LINK_PASSWORD: secrets.replicationAuth,
  SHARED: secrets.shared,
});

export const secretFiles: Readonly<Record<string, string>> = {
  secret: `${secrets.fromFile}\n`,
  "named-secret": `${secrets.fromNamedFile}\n`,
  "key.pem": `-----BEGIN PRIVATE KEY-----\n${secrets.tlsKey}\n-----END PRIVATE KEY-----\n`,
};

const text = (value: string) => JSON.stringify(value);

/** @param name unique to the test: for its database, its admin, its users */
export const sound = (name: string): string => `
- id: admin
  ensureAdmin: { name: ${name}-admin, password: "\${OVERMIND_PASSWORD}" }
- id: user
  ensureUser: { name: ${name}-user, password: ${text(secrets.inline)}, roles: [zerg], fields: { apiToken: ${secrets.userToken}, totp: { key: ${secrets.userTotp} } } }
- id: shared-user
  ensureUser: { name: ${name}-shared, password: "\${SHARED}" }
- id: file-user
  ensureUser: { name: ${name}-file, password: "\${file:../secret}" }
- id: named-user
  ensureUser: { name: ${name}-named, password: "\${NAMED}" }
- id: config
  ensureConfig:
    ${name}: { banner: "it is \${SHARED}", api_password: ${secrets.configPassword}, auth_token: ${secrets.configKey}, auth_key: ${secrets.configAuthKey}, passphrase: ${secrets.configPassphrase} }
- id: link
  ensureReplication:
    id: ${name}
    source: "\${LINK_URL}"
    target:
      url: http://127.0.0.1:1/there?apikey=${secrets.urlParameter}
      headers: { X-Key: ${secrets.replicationHeader} }
      auth: { basic: { username: zerg, password: "\${LINK_PASSWORD}" }, iam: { api_key: ${secrets.replicationKey} } }
    query_params: { apiKey: ${secrets.filterParameter}, brood: tiamat }
    continuous: true
- id: database
  ensureDatabase: { name: ${name} }
- id: security
  ensureSecurity: { database: ${name}, members: { roles: [zerg] } }
`;

/** Deletes what the server has at that point. */
export const removal = (name: string): string => `
- id: no-link
  removeReplication: { id: ${name}, allowDestroy: true }
- id: no-config
  removeConfig: { ${name}: [api_password, auth_token, auth_key, passphrase], allowDestroy: true }
- id: no-user
  removeUser: { name: ${name}-user, allowDestroy: true }
`;

/** Secrets in the wrong places, each in a file that can't be loaded. */
export const broken: Readonly<Record<string, string>> = {
  "an unknown field": `- id: a\n  ensureUser: { name: a, pasword: ${text(secrets.inline)} }\n`,
  "a value of the wrong type": `- id: a\n  ensureUser: { name: a, password: [${text(secrets.inline)}] }\n`,
  "a spec that is text": `- id: a\n  ensureUser: ${text(secrets.inline)}\n`,
  "an unterminated quote": `- id: a\n  ensureUser: { name: a, password: ${text(secrets.inline)}'${secrets.configKey} }\n`,
  "text that begins like an alias": `- id: a\n  ensureUser: { name: a, password: *${secrets.alias} }\n`,
  "a duplicate": `- id: a\n  ensureUser: { name: a, password: ${text(secrets.inline)}, password: ${text(secrets.inline)} }\n`,
  "a bad escape": `- id: a\n  ensureUser: { name: a, password: "${secrets.configKey}\\q" }\n`,
  "a number of the wrong kind": '- id: a\n  ensureDatabase: { name: a, q: "${NAMED}" }\n',
  "a database's name from a file": '- id: a\n  ensureDatabase: { name: "${file:../secret}" }\n',
  "a database's name from a named file": '- id: a\n  ensureSecurity: { database: ["${NAMED}"] }\n',
  "an invalid URL": '- id: a\n  ensureReplication: { id: a, source: "${OVERMIND_PASSWORD}", target: "${LINK_URL}" }\n',
  "a config value that an ini file can't hold": `- id: a\n  ensureConfig: { a: { password: "${secrets.configPassword} ; x" } }\n`,
  "two steps that claim the same object":
    '- id: a\n  ensureUser: { name: "${NAMED}" }\n- id: b\n  ensureUser: { name: "${NAMED}" }\n',
  "a variable in a variable": `- id: a\n  ensureUser: { name: a, password: "\${A:-\${${secrets.configKey}}" }\n`,
};
