/** More than any answer of an issuer is long; the core says how much of it is read. */
const MAX_FORM = 64 * 1024;
const FORM = "application/x-www-form-urlencoded";

/**
 * What a request posts as a form; nothing if it is none, or longer than one may be.
 *
 * @param {Request} request
 * @returns {Promise<string | undefined>}
 */
export async function formOf(request) {
  const [kind] = (request.headers.get("content-type") ?? "").split(";");
  if (request.method !== "POST" || kind.trim().toLowerCase() !== FORM || !request.body) return undefined;
  if (Number(request.headers.get("content-length") ?? 0) > MAX_FORM) return undefined;
  const pieces = [];
  let left = MAX_FORM;
  for await (const piece of request.body) {
    left -= piece.length;
    if (left < 0) return undefined;
    pieces.push(piece);
  }
  return new TextDecoder().decode(await new Blob(pieces).arrayBuffer());
}
