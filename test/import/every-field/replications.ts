/** Replications that together have every field that CouchDB knows. No server listens at their addresses. */
export const inReplicator: Readonly<Record<string, unknown>> = {
  whole: {
    source: "http://kerrigan:s%40rah-source@127.0.0.1:9/zerglings?apikey=parameter-secret",
    target: {
      url: "http://127.0.0.1:9/broods",
      headers: { "X-Hive": "header-secret", Accept: "application/json" },
      auth: { basic: { username: "kerrigan", password: "sarah-target" } },
    },
    user_ctx: { name: "kerrigan", roles: ["zerg", "${x}"] },
    continuous: true,
    create_target: true,
    create_target_params: { q: 2, partitioned: true, note: "${x}" },
    selector: { $or: [{ a: 1 }, { "b.c": { $regex: "^${x}" } }] },
    since_seq: "12-g1AAAA",
    winning_revs_only: true,
    use_checkpoints: false,
    checkpoint_interval: 5000,
    use_bulk_get: false,
    source_proxy: "http://larva:proxy-secret@127.0.0.1:9",
    target_proxy: "socks5://127.0.0.1:9",
    http_connections: 3,
    connection_timeout: 31_000,
    retries_per_request: 0,
    socket_options: "[{keepalive, true}, {nodelay, false}]",
    ibrowse_options: "[{prefer_ipv6, true}]",
    worker_processes: 1,
    worker_batch_size: 7,
  },
  filtered: {
    source: "http://127.0.0.1:9/zerglings",
    target: "http://127.0.0.1:9/broods",
    user_ctx: { name: null, roles: [] },
    filter: "broods/alive",
    query_params: { brood: "${tiamat}", token: "query-secret", deep: [1, { a: null }] },
    proxy: "http://127.0.0.1:9",
    since_seq: 12,
    continuous: false,
    create_target: false,
    winning_revs_only: false,
    use_checkpoints: true,
    use_bulk_get: true,
  },
  "by ids": {
    source: { url: "http://127.0.0.1:9/zerglings", auth: { iam: { api_key: "iam-secret" } } },
    target: { url: "http://127.0.0.1:9/broods", auth: { "a-plugin": { ticket: "plugin-secret" } } },
    doc_ids: ["overmind", "ünï ✓", "${x}"],
  },
  logins: {
    source: {
      url: "http://127.0.0.1:9/zerglings",
      headers: { Authorization: "Bearer bearer-secret" },
      auth: { basic: { username: "kerrigan", password: "sarah-source" }, "a-plugin": { ticket: "plugin-secret-2" } },
    },
    target: { url: "http://127.0.0.1:9/broods", auth: { iam: { api_key: "iam-secret-2" } } },
  },
};

export const inOtherDatabase: Readonly<Record<string, unknown>> = {
  back: { source: "http://127.0.0.1:9/a", target: "http://127.0.0.1:9/b", continuous: true },
};

/** The variables that the imported files need. */
export const replicationEnv = {
  WHOLE_SOURCE_PASSWORD: "s%40rah-source",
  WHOLE_SOURCE_APIKEY: "parameter-secret",
  WHOLE_TARGET_X_HIVE: "header-secret",
  WHOLE_TARGET_PASSWORD: "sarah-target",
  WHOLE_SOURCE_PROXY_PASSWORD: "proxy-secret",
  FILTERED_QUERY_PARAMS_TOKEN: "query-secret",
  BY_IDS_SOURCE_IAM_API_KEY: "iam-secret",
  BY_IDS_TARGET_A_PLUGIN_TICKET: "plugin-secret",
  LOGINS_SOURCE_AUTHORIZATION: "Bearer bearer-secret",
  LOGINS_SOURCE_PASSWORD: "sarah-source",
  LOGINS_SOURCE_A_PLUGIN_TICKET: "plugin-secret-2",
  LOGINS_TARGET_IAM_API_KEY: "iam-secret-2",
};
