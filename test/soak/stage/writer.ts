/** A user who creates and edits documents the whole time, and knows how many there are. */
import { type Addressed, request } from "../../support/request.js";
import { creature, idOf } from "./versions.js";

export interface Written {
  readonly documents: number;
  readonly edits: number;
}

export interface Writer {
  /** What CouchDB has confirmed, and what it may have besides. */
  readonly confirmed: Written;
  readonly sent: Written;
  stop(): Promise<void>;
}

/** @param documents those that exist already @param rate writes per second, half of them edits */
export function startWriter(on: () => Addressed, database: string, documents: number, rate: number): Writer {
  const confirmed = { documents, edits: 0 };
  const sent = { documents, edits: 0 };
  let stopped = false;
  const ask = (method: string, n: number, body?: object) =>
    request(on(), method, `/${database}/${idOf(n)}`, body ? { body } : {}).catch(() => ({ status: 0, body: {} }));

  /** If the answer is lost, it is sent again, and a conflict then shows that it exists. */
  const create = async () => {
    const n = confirmed.documents;
    sent.documents = n + 1;
    const { status } = await ask("PUT", n, creature(n));
    if ((status >= 200 && status < 300) || status === 409) confirmed.documents = n + 1;
  };
  const edit = async () => {
    const n = Math.floor(Math.random() * confirmed.documents);
    const { status: found, body } = await ask("GET", n);
    if (found !== 200) return;
    sent.edits += 1;
    const { status } = await ask("PUT", n, { ...body, edits: body.edits + 1 });
    if (status >= 200 && status < 300) confirmed.edits += 1;
  };
  const writing = (async () => {
    for (let i = 0; !stopped; i += 1) {
      await (i % 2 ? create() : edit());
      await new Promise((resolve) => setTimeout(resolve, 1_000 / rate));
    }
  })();
  return {
    confirmed,
    sent,
    async stop() {
      stopped = true;
      await writing;
    },
  };
}
