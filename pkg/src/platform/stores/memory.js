/** Keeps texts for the life of the page or process. */
export function memoryStore() {
  const texts = new Map();
  return {
    get: (key) => texts.get(key) ?? null,
    keys: (prefix) => [...texts.keys()].filter((key) => key.startsWith(prefix)),
    compareAndSwap(key, expected, next) {
      if (this.get(key) !== expected) return false;
      if (next === null) texts.delete(key);
      else texts.set(key, next);
      return true;
    },
  };
}
