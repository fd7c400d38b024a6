/** What the provider remembers: sessions, grants, codes. In memory, shared over a change of keys. */

/**
 * Makes an adapter factory for oidc-provider.
 *
 * @returns {(model: string) => object} one adapter per model, all on one map
 */
export function memoryStore() {
  const entries = new Map();
  return (model) => new Adapter(model, entries);
}

class Adapter {
  constructor(model, entries) {
    this.model = model;
    this.entries = entries;
  }

  async upsert(id, payload, expiresIn) {
    const expiresAt = expiresIn ? Date.now() + expiresIn * 1000 : Infinity;
    this.entries.set(this.key(id), { model: this.model, payload, expiresAt });
  }

  async find(id) {
    return this.live(this.key(id));
  }

  async findByUid(uid) {
    return this.search((payload) => payload.uid === uid);
  }

  async findByUserCode(userCode) {
    return this.search((payload) => payload.userCode === userCode);
  }

  async consume(id) {
    const payload = await this.find(id);
    if (payload) payload.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    this.entries.delete(this.key(id));
  }

  async revokeByGrantId(grantId) {
    for (const [key, { payload }] of this.entries) {
      if (payload.grantId === grantId) this.entries.delete(key);
    }
  }

  key(id) {
    return `${this.model}:${id}`;
  }

  live(key) {
    const entry = this.entries.get(key);
    if (entry && entry.expiresAt <= Date.now()) {
      this.entries.delete(key);
      return undefined;
    }
    return entry?.payload;
  }

  search(matches) {
    for (const [key, { model, payload }] of this.entries) {
      if (model === this.model && matches(payload) && this.live(key)) return payload;
    }
    return undefined;
  }
}
