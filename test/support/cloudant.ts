/** Imitates IBM Cloudant in front of the tests' server, as far as IBM's documentation describes the differences. */
import { type Fault, type ProxyOptions, type Recorded, type RecordingProxy, startProxy } from "./proxy.js";

/** Paths that Cloudant does not have, for any user: IBM's list of endpoints lacks them. */
const missing = /^\/(?:_node|_config|_cluster_setup|_reshard)\b|^\/[^/]+\/_local_docs\b/;
/** Paths that only an IAM manager may use. */
export const ofManagers = /^\/(?:_up|_membership|_active_tasks|_scheduler)\b/;

type Answer = Extract<Fault, { readonly status: number }>;

const notFound: Answer = { status: 404, body: { error: "not_found", reason: "missing" } };

/** What Cloudant answers if the user lacks a role. */
export const forbidden: Answer = {
  status: 403,
  body: { error: "forbidden", reason: "server_admin access is required for this request" },
};

/** How a service may refuse a path. The last two are a gateway's, in its own words. */
export const refusals: readonly (readonly [title: string, answer: Answer])[] = [
  [
    "401",
    {
      status: 401,
      body: { error: "unauthorized", reason: "one of _admin, server_admin is required for this request" },
    },
  ],
  ["403", forbidden],
  ["404", notFound],
  ["405", { status: 405, body: { error: "method_not_allowed", reason: "Only HEAD is allowed" } }],
  ["403 of a gateway", { status: 403, body: "<html>403</html>", headers: { "content-type": "text/html" } }],
  ["404 of a gateway", { status: 404, body: "<html>404</html>", headers: { "content-type": "text/html" } }],
];

export interface CloudantOptions extends Pick<ProxyOptions, "signs"> {
  /** Default 404. */
  readonly refusal?: Answer;
  /** Further paths that are refused. */
  readonly also?: RegExp;
  /** False: an API gateway, with another vendor behind it. Default true. */
  readonly vendor?: boolean;
}

export async function startCloudant(
  target: string,
  { refusal = notFound, also, signs, vendor = true }: CloudantOptions,
): Promise<RecordingProxy> {
  const proxy = await startProxy(target, signs ? { signs } : {});
  const isRefused = ({ path }: Recorded) => missing.test(path) || also?.test(path) === true;
  proxy.faultWhen(isRefused, refusal, Number.POSITIVE_INFINITY);
  if (vendor) proxy.faultWhen(({ path }) => path === "/", { receives: withVendor }, Number.POSITIVE_INFINITY);
  return proxy;
}

function withVendor(text: string): string {
  const welcome = JSON.parse(text);
  const vendor = { name: "IBM Cloudant", version: "8665", variant: "paas" };
  return JSON.stringify({ ...welcome, version: `${welcome.version}+cloudant`, vendor });
}
