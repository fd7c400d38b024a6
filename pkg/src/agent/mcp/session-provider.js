/**
 * The `OAuthClientProvider` of the MCP SDK over a session that there is already: an agent that is
 * signed in, or that has credentials of its own. It never asks a person.
 *
 * A token is shown to a server only after that server has named our issuer as its own.
 */
export class SessionMcpProvider {
  #client;
  #tokenFor;
  #resource;
  #trusted = false;
  #presented;

  redirectUrl = undefined;
  clientMetadata = { redirect_uris: [] };

  /**
   * @param {{ issuer: string, clientId: string }} client
   * @param {(asked: { resource?: string, scope?: string, force: boolean }) => Promise<string>} tokenFor gives
   *   an access token; with `force` another one than the last
   */
  constructor({ issuer, clientId }, tokenFor) {
    this.#client = { client_id: clientId, issuer };
    this.#tokenFor = tokenFor;
    // The SDK takes it apart from the object.
    this.addClientAuthentication = this.addClientAuthentication.bind(this);
  }

  /** The SDK goes on only if the server's issuer is the one that is named here. */
  clientInformation() {
    return this.#client;
  }

  async tokens() {
    if (!this.#trusted) return undefined;
    this.#presented = await this.#tokenFor({ resource: this.#resource, force: false });
    return { access_token: this.#presented, token_type: "Bearer", issuer: this.#client.issuer };
  }

  saveTokens() {}

  prepareTokenRequest() {
    return new URLSearchParams({ grant_type: "refresh_token" });
  }

  async addClientAuthentication(headers, params, url) {
    this.#resource = params.get("resource") ?? undefined;
    this.#trusted = true;
    const access_token = await this.#tokenFor({ resource: this.#resource, force: this.#presented !== undefined });
    // In place of the server's answer: the SDK fetches this address next, and reads it as one.
    const answer = JSON.stringify({ access_token, token_type: "Bearer" });
    url.href = `data:application/json,${encodeURIComponent(answer)}`;
  }

  /** Nothing here comes from the SDK, so it has nothing to invalidate but what it found out. */
  invalidateCredentials() {
    this.#trusted = false;
  }

  redirectToAuthorization() {}
  saveCodeVerifier() {}
  codeVerifier() {
    return "";
  }
}
