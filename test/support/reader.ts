/** Queries repeatedly, as a service does. */
import { type Addressed, type Reply, request } from "./request.js";

export interface Answer extends Pick<Reply, "status" | "body"> {
  /** The time when the query was sent and when its answer was there, in milliseconds on one clock. */
  readonly began: number;
  readonly ended: number;
}

export interface Query {
  readonly path: string;
  /** Called when the query is sent. What it returns takes the answer; status 0: the connection was lost. */
  sent(): (answer: Answer) => void;
}

export interface Reader {
  /** Resolves after the last answer. */
  stop(): Promise<void>;
}

/** Sends the queries one after the other, pauses, and starts again with the first. `on` is asked before each query. */
export function startReader(on: () => Addressed, queries: readonly Query[], pause = 50): Reader {
  let stopped = false;
  const reading = (async () => {
    while (!stopped) {
      for (const { path, sent } of queries) {
        const take = sent();
        const began = performance.now();
        const { status, body } = await request(on(), "GET", path).catch(() => ({ status: 0, body: undefined }));
        take({ status, body, began, ended: performance.now() });
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await reading;
    },
  };
}
