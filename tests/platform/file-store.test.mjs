/** The file store, with real processes and a real disk. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import fs, { writeFileSync } from "node:fs";
import { chmod, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { hostname, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { pathToFileURL, fileURLToPath } from "node:url";
import { fileStore } from "../../pkg/src/platform/node/file-store.js";
import { Platform } from "../../pkg/src/platform/index.js";

const WORKER = fileURLToPath(new URL("file-worker.mjs", import.meta.url));
const within = (millis) => ({ signal: AbortSignal.timeout(millis) });

let folder;
let made = 0;
const children = new Set();
before(async () => (folder = await mkdtemp(join(tmpdir(), "edgeward-file-store-"))));
after(async () => {
  for (const child of children) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

const fresh = () => join(folder, String(made++), "session.json");

/** Starts a process; `line` waits for what it says next. */
function start(task, path, argument = "") {
  const child = spawn(process.execPath, [WORKER, task, path, String(argument)], { stdio: ["ignore", "pipe", "inherit"] });
  children.add(child);
  const said = [];
  const lines = createInterface(child.stdout);
  lines.on("line", (line) => said.push(line));
  const ended = Promise.all([once(child, "exit"), once(lines, "close")]);
  return { child, said, line: () => Promise.race([once(lines, "line"), ended.then(() => assert.fail("the process ended"))]), ended };
}

describe("a file store", () => {
  test("reads, swaps, lists and removes, also names that objects have", async () => {
    const store = fileStore(fresh());
    assert.equal(await store.get("a"), null);
    assert.deepEqual(await store.keys(""), []);
    for (const key of ["a", "__proto__", "toString"]) {
      assert.equal(await store.compareAndSwap(key, "x", "1"), false);
      assert.equal(await store.compareAndSwap(key, null, "1"), true);
      assert.equal(await store.compareAndSwap(key, null, "2"), false);
      assert.equal(await store.get(key), "1");
    }
    assert.deepEqual((await store.keys("__")), ["__proto__"]);
    assert.equal(await store.compareAndSwap("a", "1", null), true);
    assert.equal(await store.get("a"), null);
  });

  test("is the user's alone: file 0600, folder 0700, also where the file was open to others", async () => {
    const path = fresh();
    const store = fileStore(pathToFileURL(path));
    await store.compareAndSwap("a", null, "1");
    const mode = async (name) => (await stat(name)).mode & 0o777;
    assert.deepEqual([await mode(path), await mode(join(path, ".."))], [0o600, 0o700]);
    await chmod(path, 0o666);
    await store.compareAndSwap("a", "1", "2");
    assert.equal(await mode(path), 0o600);
    assert.deepEqual(await readdir(join(path, "..")), ["session.json"]);
  });

  test("removes what a process left that died while it wrote, and nothing else", async () => {
    const path = fresh();
    await fileStore(path).compareAndSwap("a", null, "1");
    const locks = [".lock", ".lock.break", ".0123456789abcdef.lock"].map((lock) => `${lock}.${randomUUID()}.tmp`);
    for (const name of [".4194305.tmp", ...locks, ".mine.tmp", ".bak"]) await writeFile(path + name, "half");
    await fileStore(path).compareAndSwap("a", "1", "2");
    assert.deepEqual((await readdir(join(path, ".."))).sort(), ["session.json", "session.json.bak", "session.json.mine.tmp"]);
  });

  test("follows a link in place of replacing it", async () => {
    const [path, link] = [fresh(), join(folder, "link.json")];
    await fileStore(path).compareAndSwap("a", null, "1");
    await symlink(path, link);
    await fileStore(link).compareAndSwap("a", "1", "2");
    assert.equal(await fileStore(path).get("a"), "2");
    const release = await fileStore(path).lock("refresh", within(1_000));
    await assert.rejects(fileStore(link).lock("refresh", within(50)));
    release();
  });

  for (const [what, text] of [["no JSON", "{\"a\":\"s3cret"], ["a list", "[1]"], ["null", "null"], ["a text", "\"abc\""], ["no texts", "{\"a\":1}"], ["far too long", " ".repeat(1024 * 1024 + 1)]]) {
    test(`leaves a file that is ${what} as it is, and does not quote it`, async () => {
      const path = join(folder, `broken-${made++}.json`);
      await writeFile(path, text);
      const store = fileStore(path);
      const refused = (error) => error instanceof Error && !/s3cret/.test(error.message);
      await assert.rejects(store.get("a"), refused);
      await assert.rejects(store.compareAndSwap("a", null, "1"), refused);
      assert.equal(await readFile(path, "utf8"), text);
      assert.equal((await readdir(folder)).includes(`${path}.lock`), false);
    });
  }

  test("takes an empty file for an empty store", async () => {
    const path = join(folder, "empty.json");
    await writeFile(path, "");
    assert.equal(await fileStore(path).compareAndSwap("a", null, "1"), true);
  });

  test("needs no file with two names", async (t) => {
    const { linkSync } = fs;
    let refused = 0;
    fs.linkSync = () => {
      refused++;
      throw Object.assign(new Error("not here"), { code: "EPERM" });
    };
    syncBuiltinESMExports();
    t.after(() => {
      fs.linkSync = linkSync;
      syncBuiltinESMExports();
    });
    const path = fresh();
    const store = fileStore(path);
    const release = await store.lock("refresh", within(1_000));
    await assert.rejects(store.lock("refresh", within(50)));
    release();
    assert.equal(await store.compareAndSwap("a", null, "1"), true);
    assert.deepEqual(await readdir(join(path, "..")), ["session.json"]);
    assert.equal(refused, 2);
  });

  test("hears of other processes and not of itself", async () => {
    const path = fresh();
    const store = fileStore(path);
    let heard = 0;
    const end = await store.subscribe("n", () => heard++);
    await store.compareAndSwap("n", null, "1");
    await store.compareAndSwap("other", null, "1");
    const { ended } = start("count", path, 1);
    const deadline = Date.now() + 10_000;
    while (!heard && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
    await ended;
    assert.equal(heard, 1);
    end();
  });
});

describe("several processes on one file", () => {
  test("lose no change, never read a torn file, and survive the death of some", async () => {
    const path = fresh();
    await fileStore(path).compareAndSwap("n", null, "0");
    const workers = Array.from({ length: 6 }, () => start("count", path, 60));
    let running = true;
    const reading = (async () => {
      let reads = 0;
      for (; running; reads++) {
        assert.match(JSON.parse(await readFile(path, "utf8")).n, /^\d+$/);
        await new Promise((resolve) => setImmediate(resolve));
      }
      return reads;
    })();
    const killed = workers.slice(0, 2).map(({ line, child }) => line().then(() => child.kill("SIGKILL")));
    await Promise.all(killed);
    await Promise.all(workers.map(({ ended }) => ended));
    running = false;
    assert.deepEqual(workers.slice(2).map(({ child }) => child.exitCode), [0, 0, 0, 0]);
    assert.ok((await reading) > 50);
    const told = workers.flatMap(({ said }) => said).length;
    const counted = Number(await fileStore(path).get("n"));
    // Who was killed may have added one more than it could tell.
    assert.ok(counted >= told && counted <= told + 2, `${counted} counted, ${told} told`);
    assert.ok(told >= 4 * 60);
    assert.deepEqual(await readdir(join(path, "..")), ["session.json"]);
  });

  test("hold a lock one after the other", async () => {
    const path = fresh();
    const workers = Array.from({ length: 4 }, () => start("guarded", path, 20));
    await Promise.all(workers.map(({ ended }) => ended));
    assert.deepEqual(workers.flatMap(({ said }) => said), []);
    assert.equal(await fileStore(path).get("n"), "80");
  });
});

describe("a lock file", () => {
  for (const task of ["hold", "commit"]) {
    test(`of a process that was killed is had at once (${task})`, async () => {
      const path = fresh();
      const { child, line, ended } = start(task, path, "refresh");
      await line();
      const store = fileStore(path);
      const take = task === "hold" ? () => store.lock("refresh", within(300)) : () => store.compareAndSwap("a", null, "1");
      await assert.rejects(take());
      child.kill("SIGKILL");
      await ended;
      const begun = performance.now();
      const taken = await take();
      assert.ok(performance.now() - begun < 2_000, "far sooner than one without a sign of life");
      if (task === "hold") taken();
      assert.deepEqual((await readdir(join(path, ".."))).filter((name) => /lock/.test(name)), []);
    });
  }

  test("goes to who waits before it goes to who just had it", async () => {
    const path = fresh();
    const store = fileStore(path);
    const take = () => store.lock("refresh", within(5_000));
    const taken = [];
    let release = await take();
    const other = take().then((released) => {
      taken.push("who waited");
      released();
    });
    for (let round = 0; round < 3; round++) {
      release();
      release = await take();
      taken.push("who had it");
    }
    release();
    await other;
    assert.deepEqual(taken, ["who waited", "who had it", "who had it", "who had it"]);
    // Nobody waits any more, and nothing says that somebody does.
    assert.deepEqual(await readdir(join(path, "..")), []);
  });

  test("of an adapter gives way to the platform's deadline", async () => {
    const path = fresh();
    const { line } = start("hold", path, "refresh");
    await line();
    const platform = new Platform({ storage: fileStore(path) }, { onNotice() {}, onWarning() {} });
    const effect = { kind: "lock", name: "refresh", deadline: 100 };
    assert.equal(await platform.perform(effect, new AbortController().signal), false);
    platform.dispose();
  });

  /** Lets this process's clock run faster. */
  async function faster(times, work) {
    const { now } = performance;
    const begun = now.call(performance);
    performance.now = () => begun + (now.call(performance) - begun) * times;
    try {
      return await work();
    } finally {
      delete performance.now;
    }
  }

  const left = {
    "of a machine that is gone": { id: "x", pid: 2 ** 22 + 1, host: `not-${hostname()}`, began: 0 },
    "of a process whose number another one has": { id: "x", pid: process.ppid, host: hostname(), began: 0 },
    "without a word": "",
  };
  for (const [whose, holder] of Object.entries(left)) {
    test(`${whose} is had after a time without a sign of life`, async () => {
      const path = join(folder, `left-${made++}.json`);
      await writeFile(`${path}.lock`, holder && JSON.stringify(holder));
      const store = fileStore(path);
      await assert.rejects(store.compareAndSwap("a", null, "1"));
      await faster(40, () => store.compareAndSwap("a", null, "1"));
      assert.equal(await store.get("a"), "1");
    });
  }

  test("of this process in its life before is had at once", async () => {
    const path = join(folder, `left-${made++}.json`);
    await writeFile(`${path}.lock`, JSON.stringify({ id: "x", pid: process.pid, host: hostname(), began: 5 }));
    assert.equal(await fileStore(path).compareAndSwap("a", null, "1"), true);
  });

  test("of a process that died while it removed one is no obstacle", async () => {
    const path = join(folder, `left-${made++}.json`);
    await writeFile(`${path}.lock`, JSON.stringify({ id: "x", pid: process.pid, host: hostname(), began: 5 }));
    await writeFile(`${path}.lock.break`, "");
    const store = fileStore(path);
    await assert.rejects(store.compareAndSwap("a", null, "1"));
    await faster(40, () => store.compareAndSwap("a", null, "1"));
    assert.equal(await store.get("a"), "1");
  });

  test("that another process has taken over is left to it, and nothing is written without it", async () => {
    const path = join(folder, `left-${made++}.json`);
    const theirs = JSON.stringify({ id: "y", pid: process.ppid, host: hostname(), began: 0 });
    const release = await fileStore(path).lock("refresh", within(1_000));
    const name = (await readdir(folder)).find((entry) => entry.startsWith(basename(path)));
    await writeFile(join(folder, name), theirs);
    release();
    assert.equal(await readFile(join(folder, name), "utf8"), theirs);
    // This process stands still between taking the lock and writing.
    const { stringify } = JSON;
    JSON.stringify = (value) => {
      if (value?.a === "1") writeFileSync(`${path}.lock`, theirs);
      return stringify(value);
    };
    try {
      await assert.rejects(fileStore(path).compareAndSwap("a", null, "1"));
    } finally {
      JSON.stringify = stringify;
    }
    assert.equal(await fileStore(path).get("a"), null);
    assert.equal(await readFile(`${path}.lock`, "utf8"), theirs);
  });

  test("of a process that shows that it lives is never taken", async () => {
    const path = fresh();
    const { line } = start("hold", path, "refresh");
    await line();
    // Ten seconds without a sign pass in five here; the holder shows one every second.
    await faster(2, () => assert.rejects(fileStore(path).lock("refresh", within(7_000))));
  });
});
