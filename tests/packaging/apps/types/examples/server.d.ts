// What examples take for granted.
declare const server: import("edgeward/server").ServerClient;
declare const auth: import("edgeward/server").ServerAuth;
declare const request: Request;
declare const pathname: string;
declare const clientId: string;
declare const clientSecret: string;
declare const redirectUri: string;
declare const secret: string;
declare const newSecret: string;
declare const oldSecret: string;
declare const error: unknown;
declare const process: { env: { CLIENT_SECRET: string; COOKIE_SECRET: string } };
declare const redis: {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, options: { EX: number }): Promise<unknown>;
  del(key: string): Promise<unknown>;
};
