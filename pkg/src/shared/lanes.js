/** A module of one function, which multiplies and adds in two lanes: what relaxed SIMD begins with. */
const PROBE = [
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7b, 3, 2, 1, 0, 10, 19, 1, 17, 0,
  0x41, 0, 0xfd, 0x0f, 0x41, 0, 0xfd, 0x0f, 0x41, 0, 0xfd, 0x0f, 0xfd, 0x87, 0x02, 0x0b,
];

/** Whether WebAssembly here has relaxed SIMD: Node from 22 on, not Node 20. */
export function hasLanes() {
  return WebAssembly.validate(Uint8Array.from(PROBE));
}
