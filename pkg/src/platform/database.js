import { within } from "./time.js";

const NAME = "edgeward";
/** Longer than a slow disk takes, shorter than a caller waits. Safari's database may never answer. */
const DEADLINE = 1_500;

/** The site's database: `texts` for the records, `keys` for keys that no script can read. */
export class Database {
  /** The connection, or the promise of it. */
  #opening;

  /**
   * Runs one transaction.
   *
   * @template T
   * @param {"texts" | "keys"} store
   * @param {"readonly" | "readwrite"} mode
   * @param {(store: IDBObjectStore, answer: (value: T) => void) => void} work makes its requests at
   *   once or in the event of one
   * @returns {Promise<T>} once it is committed
   */
  async transact(store, mode, work) {
    const attempt = async () => this.#run(await (this.#opening ??= this.#open()), store, mode, work);
    try {
      return await within(DEADLINE, async (signal) => {
        try {
          return await attempt();
        } catch (error) {
          // A connection is lost when the browser says so, or another page deletes the database.
          if (signal.aborted) throw error;
          this.close();
          return attempt();
        }
      });
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Closes the connection; the next transaction opens another. */
  close() {
    this.#opening?.then((database) => database.close()).catch(() => {});
    this.#opening = undefined;
  }

  #open() {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => ["texts", "keys"].map((name) => request.result.createObjectStore(name));
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        // Whoever wants another version, or none, must not wait for this page.
        request.result.onversionchange = request.result.onclose = () => this.close();
        resolve(request.result);
      };
    });
  }

  #run(database, name, mode, work) {
    return new Promise((resolve, reject) => {
      // A new refresh token that is lost with the power cannot be had again.
      const transaction = database.transaction(name, mode, { durability: "strict" });
      let result;
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = () => reject(transaction.error);
      work(transaction.objectStore(name), (value) => (result = value));
    });
  }
}
