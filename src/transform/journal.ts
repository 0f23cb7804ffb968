/** The marker that this run continues from, and the records next to it. */
import type { BatchRecord, Marker, MarkerStore, Pending, Place, Series } from "./marker.js";
import { Records } from "./records.js";

/** How long the position may go unrecorded if there is nothing to write, in milliseconds. */
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

  /** Resolves when a quorum has stored it. */
  async save(change: Partial<Marker> = {}): Promise<void> {
    this.#marker = { ...this.#marker, ...change };
    await this.store.write(this.#marker);
    this.#savedAt = performance.now();
  }

  /** Records a batch before any of it is sent. */
  async intend(pending: Pending): Promise<void> {
    await this.save({ pending });
  }

  /** The pending batch is done. The marker is updated with the next batch; until then, the record counts. */
  async done(place: Place, revs: Readonly<Record<string, string>>, counts: Marker["counts"]): Promise<void> {
    const series = seriesOf(place);
    const number = this.#marker[series === "batch" ? "records" : "later"];
    const record: BatchRecord = { place, revs, counts };
    await this.store.writeRecord(series, number, record);
    this.#advance(record);
    if (series === "later") this.records.noteLater(number, revs);
  }

  /** Nothing had to be written up to this position. */
  async moved(place: Place): Promise<void> {
    this.#marker = { ...this.#marker, ...place };
    if (performance.now() - this.#savedAt > longestSilence) await this.save();
  }

  /** If the last run ended between writing a record and the marker, its batch is done. */
  async rollForward(): Promise<void> {
    const { pending, records, later } = this.#marker;
    if (!pending) return;
    const series = seriesOf(pending.place);
    const record = await this.store.readRecord(series, series === "batch" ? records : later);
    if (record) this.#advance(record);
  }

  /** Starts from the beginning with the present form of the step; documents that were changed are not changed again. */
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
