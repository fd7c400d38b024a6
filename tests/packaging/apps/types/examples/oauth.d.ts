// What examples take for granted.
declare const auth: import("edgeward/oauth").OauthClient;
declare const options: import("edgeward/oauth").ClientOptions;
declare const issuer: string;
declare const clientId: string;
declare const clientSecret: string;
declare const redirectUri: string;
declare const pem: string;
declare const error: unknown;
declare const button: HTMLButtonElement;
declare function show(what: unknown): void;
declare function retry(): void;
