/** What a browser sends when a page of the issuer posts a form: cookies of `SameSite=Lax` stay behind. */
export function posting(browser, path, parameters, headers = {}) {
  const sent = browser.sent((policy) => policy === "None");
  return browser.go(path, {
    method: "POST",
    cookie: sent,
    body: new URLSearchParams(parameters).toString(),
    headers: { origin: "https://id.example", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "content-type": "application/x-www-form-urlencoded", ...headers },
  });
}
