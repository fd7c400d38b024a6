import { headers } from "next/headers";
import { server } from "../lib/auth.js";
import { Providers } from "./providers.jsx";

export const metadata = { title: "edgeward and Next" };

export default async function Layout({ children }) {
  const session = await server.read(await headers());
  return (
    <html lang="en">
      <body>
        <Providers session={session}>{children}</Providers>
      </body>
    </html>
  );
}
