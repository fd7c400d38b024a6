import { toBase64url, utf8 } from "./bytes.js";
import { publicMembers, subtle } from "./crypto.js";
import { Failed } from "./failed.js";

/**
 * Key pairs by name. Their private halves cannot be read by any script. They are kept in the
 * site's database, and where there is none, for the life of the page or process.
 */
export class Keys {
  #database;
  #given;
  #memory = new Map();

  /**
   * @param {import("./database.js").Database} [database]
   * @param {{ publicKey(name: string): object | undefined, privateKey(name: string, algorithm: object, importing?: object): object | undefined }} [given]
   *   keys that the application handed over
   */
  constructor(database, given) {
    this.#database = database;
    this.#given = given;
  }

  /**
   * Makes a key pair, or gives the one that is there.
   *
   * @param {{ name: string, algorithm: object }} effect
   * @returns {Promise<JsonWebKey & { kept?: false }>} the public half; `kept: false`: it is gone with
   *   the page or process, and what is bound to it is lost then
   */
  async makeKey({ name, algorithm }) {
    const there = await this.publicKey({ name }).catch(() => {});
    if (there) return there;
    const made = await subtle().generateKey(algorithm, false, ["sign", "verify"]);
    const put = (keys, answer) => {
      const found = keys.get(name);
      found.onsuccess = () => {
        answer(found.result ?? made);
        // Another tab may have been faster.
        if (!found.result) keys.put(made, name);
      };
    };
    // Where the database does not take it, the page keeps it.
    const pair = await this.#stored("readwrite", put).catch(() => {});
    if (pair) return published(pair);
    // Another call may have been faster.
    if (!this.#memory.has(name)) this.#memory.set(name, made);
    return this.publicKey({ name });
  }

  /**
   * @returns {Promise<(JsonWebKey & { kept?: false }) | null>} null: there is none, or it is gone
   * @throws {Failed} `storage_unavailable`: nobody knows whether it is gone
   */
  async publicKey({ name }) {
    const given = await this.#given?.publicKey(name);
    if (given) return given;
    const own = this.#memory.get(name);
    if (own) return { ...(await published(own)), kept: false };
    const pair = await this.#find(name);
    return pair ? published(pair) : null;
  }

  /**
   * @param {{ name: string, algorithm: object, import?: object, data: string }} effect `algorithm` with
   *   `hash`, or with `import`, where the key is the application's
   * @returns {Promise<string | null>} null: the key is gone
   * @throws {Failed} as `publicKey`
   */
  async sign({ name, algorithm, import: importing, data }) {
    const key =
      (await this.#given?.privateKey(name, algorithm, importing)) ??
      (this.#memory.get(name) ?? (await this.#find(name)))?.privateKey;
    return key ? toBase64url(await subtle().sign(algorithm, key, utf8(data))) : null;
  }

  async forgetKey({ name }) {
    this.#memory.delete(name);
    await this.#stored("readwrite", (keys) => keys.delete(name));
  }

  #find(name) {
    return this.#stored("readonly", (keys, answer) => {
      const found = keys.get(name);
      found.onsuccess = () => answer(found.result);
    });
  }

  /** Nothing: there is no database. */
  async #stored(mode, work) {
    try {
      return await this.#database?.transact("keys", mode, work);
    } catch {
      throw new Failed("storage_unavailable", "keys");
    }
  }
}

/**
 * What the core may order of keys: only the whole client does.
 *
 * @param {import("./database.js").Database} [database]
 * @param {object} [given] see `Keys`
 */
export function keyEffects(database, given) {
  const keys = new Keys(database, given);
  return {
    makeKey: (effect) => keys.makeKey(effect),
    publicKey: (effect) => keys.publicKey(effect),
    sign: (effect) => keys.sign(effect),
    forgetKey: (effect) => keys.forgetKey(effect),
  };
}

async function published({ publicKey }) {
  return publicMembers(await subtle().exportKey("jwk", publicKey));
}
