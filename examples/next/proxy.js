import { NextResponse } from "next/server";
import { server } from "./lib/auth.js";

/** Refreshes the session before pages are rendered: a server component could not set the cookies. */
export async function proxy(request) {
  const auth = await server.open(request);
  const headers = await auth.requestHeaders();
  return auth.applyTo(NextResponse.next({ request: { headers } }));
}

export const config = {
  // The routes of the package do it themselves; files are for everybody.
  matcher: ["/((?!_next/|api/auth|callback|favicon.ico).*)"],
};
