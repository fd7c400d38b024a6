import { headers } from "next/headers";
import Link from "next/link";
import { redirect } from "next/navigation";
import { server } from "../../lib/auth.js";

export default async function Profile() {
  const session = await server.read(await headers());
  if (!session) redirect("/");
  return (
    <main>
      <h1>{session.subject}</h1>
      <pre id="claims">{JSON.stringify(session.claims, null, 2)}</pre>
      <p id="expires">{session.expiresAt}</p>
      <Link href="/">Home</Link>
    </main>
  );
}
