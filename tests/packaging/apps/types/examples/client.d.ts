// What examples take for granted.
declare const auth: import("edgeward").Client;
declare const options: import("edgeward").ClientOptions;
declare const issuer: string;
declare const clientId: string;
declare const redirectUri: string;
declare const error: unknown;
declare const button: HTMLButtonElement;
declare const convex: { setAuth(fetchToken: (args: { forceRefreshToken: boolean }) => Promise<string | null>): void };
declare function show(what: unknown): void;
declare function retry(): void;
