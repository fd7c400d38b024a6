/** Written by `cargo xtask api --write` from the table of operations. */

/** The operation of each method. */
export const methods = {
  tokens: {
    create: "createApiToken",
    list: "listApiTokens",
    get: "getApiToken",
    update: "updateApiToken",
    rotate: "rotateApiToken",
    revoke: "revokeApiToken",
    remove: "removeApiToken",
    check: "verifyApiToken",
  },
  agents: {
    createSession: "createSession",
    validateSession: "validateSession",
    refreshSession: "refreshSession",
    endSession: "endSession",
  },
  connections: {
    initiate: "initiateOAuth",
    complete: "completeOAuth",
    list: "listOAuthConnections",
    revoke: "revokeOAuth",
    token: "getOAuthToken",
    scopes: "userScopes",
  },
  sessions: {
    create: "createWebSession",
    validate: "validateWebSession",
    get: "getSession",
    list: "listSessions",
    revoke: "revokeSession",
    revokeOthers: "revokeOtherSessions",
    signOut: "signOut",
  },
  admin: {
    impersonate: "impersonateUser",
    stopImpersonating: "stopImpersonating",
    ban: "banUser",
    unban: "unbanUser",
    rotateSigningKey: "rotateSigningKey",
    reseal: "reseal",
  },
  signin: {
    list: "listAccounts",
    link: "linkAccount",
    unlink: "unlinkAccount",
  },
};

/** What is said of failures that no server tells of. */
export const failures = {
  aborted: { message: "The caller cancelled the call.", retryable: true },
  network_failed: { message: "The network failed.", retryable: true },
  network_timeout: { message: "The server did not answer in time.", retryable: true },
  redirect_refused: { message: "The server answered with a redirect, which is never followed here.", retryable: false },
  response_too_large: { message: "The answer is larger than allowed.", retryable: false },
  response_invalid: { message: "The answer is not what the protocol prescribes.", retryable: false },
  config_invalid: { message: "The configuration is not valid.", retryable: false },
};
