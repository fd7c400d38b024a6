// The page that starts the workers and says what they answered.
function ask(worker) {
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => port1.addEventListener("message", ({ data }) => resolve(data), { once: true }));
  port1.start();
  worker.postMessage(globalThis.settings, [port2]);
  return answer;
}

async function main() {
  const registration = await navigator.serviceWorker.register("/worker.js", { type: "module" });
  const service = registration.installing ?? registration.waiting ?? registration.active;
  const outcome = { service: await ask(service), page: await ask(new Worker("/worker.js", { type: "module" })) };
  document.documentElement.dataset.outcome = JSON.stringify(outcome);
}

main();
