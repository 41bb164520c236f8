// Keeps everything oidc-provider stores in maps of one provider, so that a test can add clients
// and revoke grants.
export class MemoryStore {
  constructor() {
    this.models = new Map(); // model name → id → {payload, expiresAt}
  }

  model(name) {
    if (!this.models.has(name)) this.models.set(name, new Map());
    return this.models.get(name);
  }

  clear(names) {
    for (const name of names) this.model(name).clear();
  }

  // The class that oidc-provider wants: `new Adapter(modelName)`.
  adapterClass() {
    const store = this;
    return class {
      constructor(name) {
        this.entries = store.model(name);
      }

      async upsert(id, payload, expiresInSeconds) {
        const expiresAt = expiresInSeconds ? Date.now() + expiresInSeconds * 1000 : Infinity;
        this.entries.set(id, { payload, expiresAt });
      }

      async find(id) {
        const entry = this.entries.get(id);
        return entry && entry.expiresAt > Date.now() ? entry.payload : undefined;
      }

      async findByUid(uid) {
        for (const { payload } of this.entries.values()) if (payload.uid === uid) return payload;
        return undefined;
      }

      async findByUserCode() {
        return undefined;
      }

      async consume(id) {
        const entry = this.entries.get(id);
        if (entry) entry.payload.consumed = Math.floor(Date.now() / 1000);
      }

      async destroy(id) {
        this.entries.delete(id);
      }

      async revokeByGrantId(grantId) {
        for (const entries of store.models.values()) {
          for (const [id, { payload }] of entries)
            if (payload.grantId === grantId) entries.delete(id);
        }
      }
    };
  }
}
