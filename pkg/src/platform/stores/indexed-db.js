/**
 * IndexedDB, for the site, also in workers. A swap is one transaction, so that no other tab comes
 * in between.
 *
 * @param {import("../database.js").Database} database
 */
export function indexedDbStore(database) {
  const read = (request) =>
    database.transact("texts", "readonly", (texts, answer) => {
      const asked = request(texts);
      asked.onsuccess = () => answer(asked.result);
    });
  return {
    get: (key) => read((texts) => texts.get(key)),
    keys: (prefix) => read((texts) => texts.getAllKeys(IDBKeyRange.bound(prefix, prefix + "\uffff"))),
    compareAndSwap: (key, expected, next) =>
      database.transact("texts", "readwrite", (texts, answer) => {
        const current = texts.get(key);
        current.onsuccess = () => {
          const same = (current.result ?? null) === expected;
          answer(same);
          if (same) next === null ? texts.delete(key) : texts.put(next, key);
        };
      }),
  };
}
