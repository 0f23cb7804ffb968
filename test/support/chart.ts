/**
 * Renders the few forms of a Helm template that the example uses; anything else throws. It is not Helm: it shows that
 * a template's output is valid, not that Helm accepts the template.
 */
export interface ChartValues {
  readonly release: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** The files of the chart, by their paths. */
  readonly files: Readonly<Record<string, string>>;
}

/** An empty text if the condition around the whole template does not hold. */
export function renderTemplate(template: string, chart: ChartValues): string {
  const [, condition, body = ""] = /^\{\{- if not (\.\S+) \}\}\n(.*)\{\{- end \}\}\n$/s.exec(template) ?? [];
  if (condition !== undefined) return lookUp(condition, chart) ? "" : renderTemplate(body, chart);
  return template.replaceAll(/\{\{ (.*?) \}\}/g, (_, expression: string) => rendered(expression, chart));
}

function rendered(expression: string, chart: ChartValues): string {
  const [first = "", ...filters] = expression.split(" | ");
  let value = lookUp(first, chart);
  for (const filter of filters) {
    const [, spaces] = /^indent (\d+)$/.exec(filter) ?? [];
    const [, otherwise] = /^default \(printf "%s-migrations" (\.Release\.Name)\)$/.exec(filter) ?? [];
    if (filter === "quote") value = JSON.stringify(String(value));
    else if (spaces !== undefined) value = String(value).replaceAll(/^/gm, " ".repeat(Number(spaces)));
    else if (otherwise !== undefined) value ||= `${lookUp(otherwise, chart)}-migrations`;
    else throw new Error(`a filter that is not known here: ${filter}`);
  }
  return String(value);
}

function lookUp(expression: string, { release, values, files }: ChartValues): unknown {
  if (expression === ".Release.Name") return release;
  const [, folder] = /^\(\.Files\.Glob "(\w+\/)\*"\)\.AsConfig$/.exec(expression) ?? [];
  if (folder !== undefined) {
    const inside = Object.entries(files).filter(([path]) => path.startsWith(folder));
    return inside.map(([path, text]) => `${path.slice(folder.length)}: ${JSON.stringify(text)}`).join("\n");
  }
  const [, path] = /^\.Values\.([\w.]+)$/.exec(expression) ?? [];
  if (path === undefined) throw new Error(`an expression that is not known here: ${expression}`);
  const value = path.split(".").reduce((at: unknown, key) => (at as Record<string, unknown>)?.[key], values);
  if (value === undefined) throw new Error(`values.yaml has no ${path}`);
  return value;
}
