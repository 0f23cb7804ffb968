/** The marker that this run continues from, and what is recorded beside it. */
import type { BatchRecord, Marker, MarkerStore, Pending, Place, Series } from "./marker.js";
import { Records } from "./records.js";

/** How long the place may go unrecorded where nothing is to be written, in milliseconds. */
const longestSilence = 5_000;

export class Journal {
  readonly store: MarkerStore;
  readonly records: Records;
  #marker: Marker;
  #savedAt = performance.now();

  constructor(store: MarkerStore, marker: Marker) {
    this.store = store;
    this.records = new Records(store);
    this.#marker = marker;
  }

  get marker(): Marker {
    return this.#marker;
  }

  /** Resolves when a quorum has it. */
  async save(change: Partial<Marker> = {}): Promise<void> {
    this.#marker = { ...this.#marker, ...change };
    await this.store.write(this.#marker);
    this.#savedAt = performance.now();
  }

  /** Before any of it is sent. */
  async intend(pending: Pending): Promise<void> {
    await this.save({ pending });
  }

  /** What was pending is done. The marker follows with the next batch; until then, the record counts. */
  async done(place: Place, revs: Readonly<Record<string, string>>, counts: Marker["counts"]): Promise<void> {
    const series = seriesOf(place);
    const number = this.#marker[series === "batch" ? "records" : "later"];
    const record: BatchRecord = { place, revs, counts };
    await this.store.writeRecord(series, number, record);
    this.#advance(record);
    if (series === "later") this.records.noteLater(number, revs);
  }

  /** There was nothing to be written up to here. */
  async moved(place: Place): Promise<void> {
    this.#marker = { ...this.#marker, ...place };
    if (performance.now() - this.#savedAt > longestSilence) await this.save();
  }

  /** The last run may have ended between a record and the marker: then its batch is done. */
  async rollForward(): Promise<void> {
    const { pending, records, later } = this.#marker;
    if (!pending) return;
    const series = seriesOf(pending.place);
    const record = await this.store.readRecord(series, series === "batch" ? records : later);
    if (record) this.#advance(record);
  }

  /** From the beginning, with what the step says now; what was changed is not changed again. */
  async beginAnew(checksum: string): Promise<void> {
    const { after, pending, ...marker } = this.#marker;
    this.#marker = { ...marker, checksum, state: "walking", walks: [...marker.walks, marker.records] };
    await this.save();
  }

  #advance({ place, counts }: BatchRecord): void {
    const { pending, ...marker } = this.#marker;
    const walked = seriesOf(place) === "batch";
    this.#marker = {
      ...marker,
      ...place,
      counts,
      records: marker.records + (walked ? 1 : 0),
      later: marker.later + (walked ? 0 : 1),
    };
  }
}

function seriesOf(place: Place): Series {
  return "after" in place ? "batch" : "later";
}
