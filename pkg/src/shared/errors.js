/**
 * Marks errors of every copy of the package, since a page may load it twice and `instanceof`
 * knows one class only.
 */
const BRAND = Symbol.for("edgeward.AuthError");

/** A failure with a stable `code`. */
export class AuthError extends Error {
  /** @param {object} fields what the core threw @param {ErrorOptions} [options] */
  constructor(fields, options) {
    super(fields.message, options);
    this.code = fields.code;
    this.retryable = fields.retryable;
    this.sessionEnded = fields.sessionEnded;
    for (const name of ["at", "status", "oauth", "retryAfterMs", "denial"]) {
      if (fields[name] !== undefined) this[name] = fields[name];
    }
  }

  /** Where the code is explained: the package's own list, of the newest version. */
  get docs() {
    return `https://unpkg.com/edgeward/errors.md#${this.code}`;
  }

  // Bundles are minified; stack traces are read by people.
  static name = "AuthError";

  static [Symbol.hasInstance](value) {
    return isAuthError(value);
  }
}

Object.defineProperties(AuthError.prototype, {
  name: { value: "AuthError", configurable: true, writable: true },
  [BRAND]: { value: true },
});

/** Whether a value is an `AuthError`, of whichever copy of the package; with a code, whether of that code. */
export function isAuthError(value, code) {
  const ours = typeof value === "object" && value !== null && value[BRAND] === true;
  return ours && (code === undefined || value.code === code);
}

/** What the core throws is a plain object; anything else should not have happened. */
export function toAuthError(thrown) {
  if (isAuthError(thrown)) return thrown;
  if (typeof thrown?.code === "string" && typeof thrown.retryable === "boolean") return new AuthError(thrown);
  return internalError(thrown);
}

/** Something failed that should not have. */
export function internalError(cause) {
  const message = "Something failed that should not have.";
  return new AuthError({ code: "internal_error", message, retryable: true, sessionEnded: false }, { cause });
}

/** The runtime refuses to compile WebAssembly, so the core cannot say it itself. */
export function wasmBlocked(cause) {
  const message =
    "The runtime refuses to run WebAssembly. Add 'wasm-unsafe-eval' to script-src of the Content-Security-Policy.";
  return new AuthError({ code: "runtime_wasm_blocked", message, retryable: false, sessionEnded: false }, { cause });
}
