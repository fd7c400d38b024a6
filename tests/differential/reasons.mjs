export function acceptedAlone() { return undefined; }
export function refusedAlone() { return undefined; }
