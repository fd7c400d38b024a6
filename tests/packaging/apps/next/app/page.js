"use client";
import { useEffect } from "react";

// The page of the other apps, in a component that Next renders on the server first.
import { start } from "../../page/start.js";

export default function Page() {
  useEffect(() => void start(), []);
  return <p>app</p>;
}
