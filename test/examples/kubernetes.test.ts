/** The examples for Kubernetes, offline: the API knows their fields, and they fit each other and the tool. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parse as parseArguments } from "../../src/commands/parse.js";
import { partOf } from "../../src/commands/part.js";
import { exitCodes } from "../../src/contract/errors.js";
import { loadMigrations } from "../../src/migrations/load.js";
import { readConnection } from "../../src/settings/connection.js";
import { resolveSettings } from "../../src/settings/resolve.js";
import { renderTemplate } from "../support/chart.js";
import { root } from "../support/cli.js";
import { mountedConfigMap } from "../support/config-map.js";
import { type Manifest, manifestProblems, manifestsIn } from "../support/manifests.js";
import { exactly } from "../support/schemas.js";
import { tempFolder } from "../support/temp.js";

const folder = join(root, "examples/kubernetes");
const text = (path: string) => readFile(join(folder, path), "utf8");
const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));

interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly env?: readonly { name: string; value?: string; valueFrom?: { secretKeyRef?: { name: string } } }[];
  readonly volumeMounts?: readonly { name: string; mountPath: string }[];
}
interface ConfigMapVolume {
  readonly name: string;
  readonly items?: readonly { readonly key: string; readonly path: string }[];
}
interface PodSpec {
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes?: readonly { name: string; configMap?: ConfigMapVolume; secret?: { secretName: string } }[];
}

/** What Kubernetes finally gets from each example. */
const examples = {
  "init-container": { manifests: manifestsIn(await text("init-container/deployment.yaml")), given: [] },
  job: { manifests: manifestsIn(await text("job/job.yaml")), given: ["couchdb"] },
  "transform-job": { manifests: manifestsIn(await text("transform-job/transform-job.yaml")), given: ["couchdb"] },
  kustomize: { manifests: await kustomized("kustomize"), given: ["gateway"] },
  helm: { manifests: await rendered({}), given: [] },
  "helm that only builds": { manifests: await rendered({}, { command: "stage" }), given: [] },
  "helm with a Secret of its user's": { manifests: await rendered({ existingSecret: "couchdb" }), given: ["couchdb"] },
  "argo-cd": { manifests: manifestsIn(await text("argo-cd/job.yaml")), given: ["couchdb"] },
  flux: { manifests: manifestsIn(await text("flux/migrations.yaml")), given: ["couchdb"] },
  stage: { manifests: manifestsIn(await text("stage/stage-job.yaml")), given: ["couchdb"] },
  "stage with Argo CD": { manifests: manifestsIn(await text("argo-cd/stage.yaml")), given: ["couchdb"] },
  "stage with Flux": { manifests: manifestsIn(await text("flux/stage.yaml")), given: ["couchdb"] },
  "the switch after stage": { manifests: await switching("stage/stage-job.yaml"), given: ["couchdb"] },
  "the switch after stage with Argo CD": { manifests: await switching("argo-cd/stage.yaml"), given: ["couchdb"] },
  "the switch after stage with Flux": { manifests: await switching("flux/stage.yaml"), given: ["couchdb"] },
  drift: { manifests: await drift(), given: [] },
  "couchdb-chart": { manifests: await kustomized("couchdb-chart"), given: ["zerg-couchdb"] },
};

/** As from `kubectl kustomize`, except for the hashes in the names. */
async function kustomized(inside: string): Promise<Manifest[]> {
  const {
    resources,
    configMapGenerator,
    secretGenerator = [],
    images = [],
    ...rest
  } = parse(await text(`${inside}/kustomization.yaml`));
  expect(rest).toEqual({ apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization" });
  const manifests: Manifest[] = [];
  for (const file of resources) {
    let content = await text(`${inside}/${file}`);
    for (const { name, newTag } of images)
      content = content.replaceAll(`image: ${name}\n`, `image: ${name}:${newTag}\n`);
    manifests.push(...manifestsIn(content));
  }
  for (const { name, files } of configMapGenerator) {
    const data: Record<string, string> = {};
    for (const file of files) data[file.split("/").at(-1)] = await text(`${inside}/${file}`);
    manifests.push({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data });
  }
  for (const { name, envs } of secretGenerator) {
    const lines = (await text(`${inside}/${envs[0]}`)).trim().split("\n");
    const stringData = Object.fromEntries(lines.map((line) => line.split("=", 2)));
    manifests.push({ apiVersion: "v1", kind: "Secret", metadata: { name }, stringData });
  }
  return manifests;
}

/** The Deployment with the ConfigMap from the file of its stage Job. */
async function switching(stage: string): Promise<Manifest[]> {
  const maps = manifestsIn(await text(stage)).filter(({ kind }) => kind === "ConfigMap");
  return [...maps, ...manifestsIn(await text("stage/deployment.yaml"))];
}

/** The CronJob with the ConfigMap and the Secret of the init container. */
async function drift(): Promise<Manifest[]> {
  const others = manifestsIn(await text("init-container/deployment.yaml")).filter(({ kind }) => kind !== "Deployment");
  return [...others, ...manifestsIn(await text("drift/cronjob.yaml"))];
}

async function rendered(couchdb: Readonly<Record<string, string>>, more: object = {}): Promise<Manifest[]> {
  const values = { ...parse(await text("helm/values.yaml")), ...more };
  const files: Record<string, string> = {};
  for (const name of await readdir(join(folder, "helm/migrations"))) {
    files[`migrations/${name}`] = await text(`helm/migrations/${name}`);
  }
  const chart = { release: "zerglings", values: { ...values, couchdb: { ...values.couchdb, ...couchdb } }, files };
  const templates = await readdir(join(folder, "helm/templates"));
  const texts = await Promise.all(
    templates.map(async (name) => renderTemplate(await text(`helm/templates/${name}`), chart)),
  );
  return texts.flatMap((one) => (one === "" ? [] : manifestsIn(one)));
}

interface JobSpec {
  readonly template?: { readonly spec: PodSpec };
}

function podOf(manifests: readonly Manifest[]): { pod: PodSpec; container: Container } {
  const [pod] = manifests.flatMap(({ spec }) => {
    const { template, jobTemplate } = (spec ?? {}) as JobSpec & { readonly jobTemplate?: { readonly spec: JobSpec } };
    return (template ?? jobTemplate?.spec.template)?.spec ?? [];
  });
  const container = [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])].find(
    ({ name }) => name === "couchdb-migrate",
  );
  if (!pod || !container) throw new Error("there is no container couchdb-migrate");
  return { pod, container };
}

/** The files in /migrations, by path. */
function mountedFiles(manifests: readonly Manifest[], pod: PodSpec, container: Container): Record<string, string> {
  const mount = container.volumeMounts?.find(({ mountPath }) => mountPath === "/migrations");
  const { configMap } = pod.volumes?.find(({ name }) => name === mount?.name) ?? {};
  const map = manifests.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === configMap?.name);
  const data = map?.data as Readonly<Record<string, string>>;
  const items = configMap?.items ?? Object.keys(data).map((key) => ({ key, path: key }));
  return Object.fromEntries(
    items.map(({ key, path }) => {
      expect(Object.keys(data), `the ConfigMap has no ${key}`).toContain(key);
      return [path, data[key] ?? ""];
    }),
  );
}

it("the API accepts the keys of the ConfigMaps: they have no folders", () => {
  const maps = Object.values(examples).flatMap(({ manifests }) => manifests.filter(({ kind }) => kind === "ConfigMap"));
  for (const { data } of maps) for (const key of Object.keys(data ?? {})) expect(key).toMatch(/^[-._a-zA-Z0-9]+$/);
});

it("README.md's image holds README.md's migrations where the tool looks for them", async () => {
  const [, text = ""] = /^```dockerfile\n(.*?)^```/ms.exec(await readFile(join(root, "README.md"), "utf8")) ?? [];
  const [, image, from = "", to] = /^FROM (\S+)\nCOPY (\S+) (\S+)\n$/.exec(text) ?? [];
  expect([image, to]).toEqual([`couchdb-migrate:${version}`, "/migrations"]);
  const env = { COUCHDB_USERNAME: "overmind", COUCHDB_PASSWORD: "secret" };
  expect((await loadMigrations(join(root, from), { env })).steps.length).toBeGreaterThan(0);
});

describe("the check of manifests", () => {
  const job = (spec: object, podSpec: object = {}) => ({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "a" },
    spec: { template: { spec: { containers: [{ name: "a" }], ...podSpec } }, ...spec },
  });
  it("accepts a valid manifest", () => {
    expect(manifestProblems([job({})])).toEqual([]);
  });
  it.each<[string, Manifest, string]>([
    ["an unknown field", job({ backofLimit: 3 }), "backofLimit"],
    ["an unknown field deep inside", job({}, { volumes: [{ name: "a", configmap: { name: "b" } }] }), "configmap"],
    ["a wrong type", job({ backoffLimit: "3" }), "not assignable to type 'number'"],
    ["a missing field", job({}, { containers: [{ image: "b" }] }), "'name' is missing"],
    ["an unknown kind", { ...job({}), kind: "Jop" }, "'Jop'"],
    ["an unknown version", { ...job({}), apiVersion: "batch/v7" }, "batch/v7"],
  ])("finds %s", (_, manifest, problem) => {
    expect(manifestProblems([manifest]).join("\n")).toContain(problem);
  });
});

it("the API knows every field of the examples", () => {
  expect(manifestProblems(Object.values(examples).flatMap(({ manifests }) => manifests))).toEqual([]);
});

describe.each(Object.entries(examples))("%s", (name, { manifests, given }) => {
  const { pod, container } = podOf(manifests);

  it("requests no permission that it does not need, and little memory", () => {
    expect(pod).toMatchObject({ securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } } });
    expect(container).toMatchObject({
      image: `couchdb-migrate:${version}`,
      resources: { limits: { memory: name === "transform-job" ? "256Mi" : "64Mi" } },
      terminationMessagePolicy: "FallbackToLogsOnError",
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
    });
  });

  it("mounts what exists", () => {
    const names = (kind: string) => manifests.filter((one) => one.kind === kind).map(({ metadata }) => metadata.name);
    const secrets = [...names("Secret"), ...given];
    const volumes = new Map(pod.volumes?.map((volume) => [volume.name, volume]));
    for (const { name } of container.volumeMounts ?? []) {
      const { configMap, secret } = volumes.get(name) ?? {};
      if (configMap) expect(names("ConfigMap")).toContain(configMap.name);
      else expect(secrets).toContain(secret?.secretName);
    }
    for (const { valueFrom } of container.env ?? []) {
      if (valueFrom?.secretKeyRef) expect(secrets).toContain(valueFrom.secretKeyRef.name);
    }
  });

  it("passes arguments and variables that the tool accepts, and valid migrations", async () => {
    const parsed = parseArguments(container.args ?? [], 100);
    if ("text" in parsed) throw new Error(parsed.text);
    const secret = join(await tempFolder({ secret: "geheim" }), "secret");
    const mounts = container.volumeMounts ?? [];
    const env: Record<string, string> = {};
    for (const { name, value = "from-elsewhere" } of container.env ?? []) {
      const file = name.endsWith("_FILE");
      if (file) expect(mounts.some(({ mountPath }) => value.startsWith(`${mountPath}/`))).toBe(true);
      env[name] = file ? secret : value;
    }
    const resolved = await resolveSettings(parsed.command.name, parsed.flags, env);
    const problems = [...resolved.problems];
    readConnection(
      resolved,
      {},
      { problem: (problem) => problems.push(problem), warning: (text) => problems.push(text) },
    );
    expect([...problems, ...resolved.warnings]).toEqual([]);

    expect(mounts.map(({ mountPath }) => mountPath)).toContain("/migrations");
    const folder = await mountedConfigMap(mountedFiles(manifests, pod, container));
    expect((await loadMigrations(folder, { env })).steps.length).toBeGreaterThan(0);
  });
});

it("an Indexed Job has as many completions as its pods have parts", () => {
  const { manifests } = examples["transform-job"];
  const { container } = podOf(manifests);
  const job = manifests.find(({ kind }) => kind === "Job")?.spec as { completions: number; completionMode: string };
  expect(job.completionMode).toBe("Indexed");
  const part = container.args?.find((argument) => argument.startsWith("--part="))?.slice("--part=".length) ?? "";
  const last = String(job.completions - 1);
  expect(partOf(part, { JOB_COMPLETION_INDEX: last })).toEqual({ number: job.completions, of: job.completions });
});

it("what a Helm hook uses is created by an earlier hook", () => {
  for (const { manifests } of [examples.helm, examples["helm with a Secret of its user's"]]) {
    for (const { kind, metadata } of manifests) {
      expect(metadata.annotations).toMatchObject({
        "helm.sh/hook": "pre-install,pre-upgrade",
        "helm.sh/hook-weight": kind === "Job" ? "0" : "-5",
        "helm.sh/hook-delete-policy": "before-hook-creation,hook-succeeded",
      });
    }
  }
});

it.each(["argo-cd" as const, "stage with Argo CD" as const])(
  "what Argo CD runs before a sync is a hook, and the ConfigMap comes before its Job: %s",
  (name) => {
    const annotations = examples[name].manifests.map(({ metadata }) => metadata.annotations);
    const hook = {
      "argocd.argoproj.io/hook": "PreSync",
      "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
    };
    const waves = annotations.map((one) => Number(one?.["argocd.argoproj.io/sync-wave"]));
    for (const one of annotations) expect(one).toMatchObject(hook);
    expect(waves).toEqual([...waves].sort((a, b) => a - b));
  },
);

/** No package of a reasonable size has Flux's types: these are the fields of its Kustomization that we use. */
const fluxKustomization = new Ajv().compile({
  ...exactly({
    apiVersion: { const: "kustomize.toolkit.fluxcd.io/v1" },
    kind: { const: "Kustomization" },
    metadata: exactly({ name: { type: "string" }, namespace: { type: "string" } }),
    spec: exactly(
      {
        sourceRef: exactly({ kind: { enum: ["GitRepository"] }, name: { type: "string" } }),
        path: { type: "string" },
        interval: { type: "string", pattern: "^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$" },
        prune: { type: "boolean" },
        dependsOn: { type: "array", items: exactly({ name: { type: "string" } }) },
        force: { type: "boolean" },
        wait: { type: "boolean" },
        timeout: { type: "string", pattern: "^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$" },
      },
      ["dependsOn", "force", "wait", "timeout"],
    ),
  }),
});

it.each([
  ["flux/kustomizations.yaml", "flux" as const, "65m", 65 * 60],
  ["flux/stage-kustomizations.yaml", "stage with Flux" as const, "25h", 25 * 3600],
])("Flux applies the service once the Job has completed, and creates a changed Job again: %s", async (...row) => {
  const [file, name, timeout, seconds] = row;
  const kustomizations = manifestsIn(await text(file));
  for (const one of kustomizations) expect(fluxKustomization(one), JSON.stringify(fluxKustomization.errors)).toBe(true);
  const [first, service] = kustomizations;
  expect(first?.spec).toMatchObject({ force: true, wait: true, timeout });
  expect(service?.spec).toMatchObject({ dependsOn: [{ name: first?.metadata.name }] });
  const job = examples[name].manifests.find(({ kind }) => kind === "Job")?.spec as Record<string, unknown>;
  expect(job.activeDeadlineSeconds).toBeLessThan(seconds);
  expect(job.ttlSecondsAfterFinished).toBeUndefined();
});

it("what a stage Job builds is what the init container applies, and pods of the former release keep their files", () => {
  for (const name of ["stage", "stage with Argo CD", "stage with Flux"] as const) {
    const { pod, container } = podOf(examples[name].manifests);
    const after = podOf(examples[`the switch after ${name}`].manifests);
    expect([container.args?.[0], after.container.args?.[0]]).toEqual(["stage", "apply"]);
    expect(pod.volumes).toEqual(after.pod.volumes);
    const map = examples[name].manifests.find(({ kind }) => kind === "ConfigMap")?.metadata;
    expect(map?.name).toMatch(/-2$/);
    if (name === "stage with Flux")
      expect(map?.annotations).toMatchObject({ "kustomize.toolkit.fluxcd.io/prune": "disabled" });
  }
});

it("a drift Job fails without another attempt if a plan finds changes, and is repeated if CouchDB is unreachable", () => {
  const job = examples.drift.manifests.find(({ kind }) => kind === "CronJob")?.spec as {
    readonly jobTemplate: { readonly spec: { readonly podFailurePolicy: { readonly rules: readonly unknown[] } } };
  };
  const values = [exitCodes.failed, exitCodes.pending, exitCodes.invalid];
  expect(job.jobTemplate.spec.podFailurePolicy.rules[0]).toEqual({
    action: "FailJob",
    onExitCodes: { containerName: podOf(examples.drift.manifests).container.name, operator: "In", values },
  });
});

/** The Prometheus Operator's types are in no package of a reasonable size: these are the fields that we use. */
const prometheusRule = new Ajv().compile(
  exactly({
    apiVersion: { const: "monitoring.coreos.com/v1" },
    kind: { const: "PrometheusRule" },
    metadata: exactly({ name: { type: "string" } }),
    spec: exactly({
      groups: {
        type: "array",
        items: exactly({
          name: { type: "string" },
          rules: {
            type: "array",
            items: exactly({
              alert: { type: "string" },
              expr: { type: "string" },
              labels: { type: "object", additionalProperties: { type: "string" } },
              annotations: { type: "object", additionalProperties: { type: "string" } },
            }),
          },
        }),
      },
    }),
  }),
);

it("the alerts are about the CronJob and its Jobs", async () => {
  const [alerts] = manifestsIn(await text("drift/alert.yaml"));
  expect(prometheusRule(alerts), JSON.stringify(prometheusRule.errors)).toBe(true);
  const name = examples.drift.manifests.find(({ kind }) => kind === "CronJob")?.metadata.name;
  const expressions = [...(await text("drift/alert.yaml")).matchAll(/expr: (.*)/g)].map(([, text]) => text);
  expect(expressions).toEqual([
    expect.stringContaining(`job_name=~"${name}-.+"`),
    expect.stringContaining(`cronjob="${name}"`),
  ]);
});

it("the values for CouchDB's chart start as many nodes as the first step waits for, and leave the setup to it", async () => {
  const values = parse(await text("couchdb-chart/values.yaml"));
  const [cluster] = parse(await text("couchdb-chart/migrations/001-cluster.yaml"));
  expect(cluster.ensureCluster.size).toBe(values.clusterSize);
  expect(values.autoSetup.enabled).toBe(false);
});

/** The parts of manifests that the documentation shows, each in its location. */
const shown: readonly [string, string, (part: object) => Manifest][] = [
  ["README.md", "initContainers", (part) => deployment(part, {})],
  ["docs/kubernetes.md", "env", (part) => deployment({}, part)],
  ["docs/kubernetes.md", "volumes", (part) => deployment(part, {})],
  ["examples/kubernetes/job/README.md", "podFailurePolicy", (part) => jobWith(part)],
];
const deployment = (pod: object, container: object): Manifest => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "a" },
  spec: {
    selector: {},
    template: { spec: { containers: [{ name: "a", ...container }], ...pod } },
  },
});
const jobWith = (spec: object): Manifest => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "a" },
  spec: { template: {}, ...spec },
});

it.each(shown)("%s shows parts that the API knows", async (file, begin, whole) => {
  const page = await readFile(join(root, file), "utf8");
  const blocks = [...page.matchAll(/^```yaml\n(.*?)^```/gms)].flatMap(([, block = ""]) =>
    block.startsWith(`${begin}:`) ? [parse(block)] : [],
  );
  expect(blocks.length).toBeGreaterThan(0);
  expect(manifestProblems(blocks.map(whole))).toEqual([]);
});
