// What examples take for granted.
declare const auth: import("edgeward/react").ProxiedClient & import("edgeward").Client;
declare const createClient: typeof import("edgeward").createClient;
declare const createRoot: (root: Element) => { render(what: unknown): void };
declare const useEffect: typeof import("react").useEffect;
declare const root: Element;
declare const issuer: string;
declare const clientId: string;
declare const redirectUri: string;
declare const session: import("edgeward").Session | null;
declare const children: import("react").ReactNode;
declare const socket: { authenticate(token: string): () => void };
declare const error: unknown;
declare function App(): import("react").ReactElement;
declare function Spinner(): import("react").ReactElement;
declare function SignInButton(): import("react").ReactElement;
