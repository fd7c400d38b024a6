/** Cleaning up after a group of tests, for what a `before` hook starts. */
import { after } from "node:test";

/**
 * Call it in the body of a `describe`: a hook that is registered inside another hook would run as
 * soon as that one ends.
 *
 * @returns {{ after(stop: () => unknown): void }} takes what to do, and does it last thing first
 */
export function atEnd() {
  const stops = [];
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });
  return { after: (stop) => stops.push(stop) };
}
