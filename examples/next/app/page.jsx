import { headers } from "next/headers";
import Link from "next/link";
import { server } from "../lib/auth.js";
import { Account } from "./account.jsx";

export default async function Home({ searchParams }) {
  const session = await server.read(await headers());
  const { auth_error: problem } = await searchParams;
  return (
    <main>
      <h1>edgeward and Next</h1>
      {problem && <p role="alert">The sign-in failed: {problem}</p>}
      <p id="server">{session ? `On the server: ${session.subject}` : "Nobody is signed in."}</p>
      <Account />
      <p>
        <Link href="/profile">Profile</Link>
      </p>
    </main>
  );
}
