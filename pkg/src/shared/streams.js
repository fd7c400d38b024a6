/** How many streams there are. */
const STREAMS = 48;

/** The streams of the numbers behind each instruction, as `xtask/src/build/streams.rs` has them. */
const BEHIND = { 2: [1], 3: [1], 4: [1], 12: [2], 13: [2], 16: [4], 17: [4, 4], 33: [5], 34: [5], 66: [10] };
for (const other of [35, 36, 37, 38, 63, 64, 208, 210]) BEHIND[other] = [6];

const damaged = () => new RangeError("The module's text is damaged.");

/**
 * Puts a module together whose code was sorted by what its bytes mean.
 *
 * @param {Uint8Array} bytes how many functions there are and how long each stream is, then the streams
 * @returns {Uint8Array} the module
 * @throws {RangeError} the streams were cut off, or altered so that they have no end
 */
export function joined(bytes) {
  /** Where each stream is read next. To begin with there is one: what tells how long the others are. */
  let places = [0];
  /** What was written; the lengths that the streams leave out are shorter than what follows them. */
  const out = new Uint8Array(2 * bytes.length);
  let size = 0;
  const byte = (stream) => {
    // What was altered may have no end.
    if (size >= out.length) throw damaged();
    return (out[size++] = bytes[places[stream]++]);
  };
  /** A number, whose highest bits come first here and last in the module. */
  const number = (stream) => {
    let last = byte(stream);
    if (last < 128) return last;
    const start = size - 1;
    let value = last & 127;
    while (last > 127) value = (value << 7) | ((last = byte(stream)) & 127);
    out.subarray(start, size).reverse();
    out[start] |= 128;
    out[size - 1] &= 127;
    return value;
  };
  const repeat = (count, move, stream) => {
    while (count-- > 0) move(stream);
  };
  const write = (value) => {
    for (; value > 127; value >>= 7) out[size++] = value | 128;
    out[size++] = value;
  };
  /** What `fill` writes, with its length before it. */
  const sized = (fill) => {
    const start = size;
    fill();
    const end = size;
    write(end - start);
    const room = size - end;
    out.copyWithin(start + room, start, end);
    size = start;
    write(end - start);
    size += end - start;
  };

  const functions = number(0);
  const sizes = Array.from({ length: STREAMS }, () => number(0));
  let [end] = places;
  places = sizes.map((size) => (end += size) - size);
  if (end !== bytes.length) throw damaged();

  const instruction = () => {
    const code = byte(0);
    const next = bytes[places[0]] >> 4;
    if (code === 14) repeat(number(3) + 1, number, 3);
    else if (code === 32) number(16 + next);
    else if (code === 65) number(32 + next);
    else if (code > 39 && code < 63) [9, code < 54 ? 7 : 8].forEach(number);
    else if (code === 67 || code === 68) repeat((code - 66) * 4, byte, 11);
    else if (code === 252) repeat(+"000000002121212111"[number(6)], number, 6);
    else BEHIND[code]?.forEach(number);
    return code;
  };
  const body = () => {
    for (let groups = number(12); groups--; byte(12)) number(12);
    for (let depth = 1; depth; ) {
      const code = instruction();
      if (code > 1 && code < 5) depth++;
      if (code === 11) depth--;
    }
  };

  size = 0;
  repeat(sizes[13], byte, 13);
  write(10);
  sized(() => {
    write(functions);
    repeat(functions, sized, body);
  });
  repeat(sizes[14], byte, 14);
  return out.slice(0, size);
}
