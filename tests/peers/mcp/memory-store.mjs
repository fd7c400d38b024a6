/** A store for one process, with what a good one has: comparison, and a lock. */
export function memoryStore(entries = new Map()) {
  let last = Promise.resolve();
  return {
    entries,
    get: async (key) => entries.get(key) ?? null,
    set: async (key, value) => void entries.set(key, value),
    remove: async (key) => void entries.delete(key),
    async compareAndSwap(key, expected, next) {
      if ((entries.get(key) ?? null) !== expected) return false;
      if (next === null) entries.delete(key);
      else entries.set(key, next);
      return true;
    },
    async lock() {
      const before = last;
      let release;
      last = new Promise((resolve) => (release = resolve));
      await before;
      return release;
    },
  };
}
