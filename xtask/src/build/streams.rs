//! A wasm whose code is sorted by what its bytes mean: all instructions, all numbers of locals, all
//! offsets, and so on. Alike stands beside alike, which brotli makes an eighth less of than of the code
//! as it runs. Numbers have their highest bits first there: what they have in common with others begins
//! them, which is worth 1.5 % more. `pkg/src/shared/streams.js` puts it together again, in a few milliseconds.
//!
//! Source: [WebAssembly §5.4](https://webassembly.github.io/spec/core/binary/instructions.html)

use crate::step::{Failure, Outcome};

/// How many streams there are; [`behind`] names most of them.
const STREAMS: usize = 48;
const INSTRUCTIONS: usize = 0;
const LABELS: usize = 3;
const PREFIXED: usize = 6;
const ALIGNMENTS: usize = 9;
const FLOATS: usize = 11;
const LOCALS: usize = 12;
/// The sections before the code, and those after it.
const BEFORE: usize = 13;
const AFTER: usize = 14;

/// The section that has the code.
const CODE: u8 = 10;
const BR_TABLE: u8 = 0x0e;
const F32: u8 = 0x43;
const F64: u8 = 0x44;
const PREFIX: u8 = 0xfc;
const END: u8 = 0x0b;

/// Sorts a module: how many functions there are and how long each stream is, then the streams.
pub fn sorted(wasm: &[u8]) -> Outcome<Vec<u8>> {
    let mut streams = Streams { of: vec![Vec::new(); STREAMS] };
    let functions =
        streams.module(wasm).ok_or_else(|| Failure("the wasm has code that is not known".to_owned()))?;
    let mut whole = written(functions);
    for stream in &streams.of {
        whole.extend(written(stream.len()));
    }
    whole.extend(streams.of.concat());
    Ok(whole)
}

/// The streams of the numbers behind an instruction. Those behind `local.get` and `i32.const` depend on
/// the instruction that comes next, since it says what they are for.
fn behind(instruction: u8, next: u8) -> &'static [usize] {
    const BY_NEXT: [usize; 32] = [
        16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
        41, 42, 43, 44, 45, 46, 47,
    ];
    let by_next = |half: usize| BY_NEXT.get(half + usize::from(next >> 4)..).and_then(|all| all.get(..1));
    match instruction {
        0x02..=0x04 => &[1],
        0x0c | 0x0d => &[2],
        0x10 => &[4],
        0x11 => &[4, 4],
        0x20 => by_next(0).unwrap_or_default(),
        0x41 => by_next(16).unwrap_or_default(),
        0x21 | 0x22 => &[5],
        0x23..=0x26 | 0x3f | 0x40 | 0xd0 | 0xd2 => &[PREFIXED],
        0x28..=0x35 => &[ALIGNMENTS, 7],
        0x36..=0x3e => &[ALIGNMENTS, 8],
        0x42 => &[10],
        _ => &[],
    }
}

/// How many numbers stand behind an instruction of two bytes, from its second one on.
const BEHIND_PREFIXED: [usize; 18] = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1];

struct Streams {
    of: Vec<Vec<u8>>,
}

/// `None` in the following: there is something that [`behind`] does not know.
impl Streams {
    fn module(&mut self, wasm: &[u8]) -> Option<usize> {
        const HEADER: usize = 8;
        let (mut functions, mut side) = (None, BEFORE);
        let mut rest = wasm.get(HEADER..)?;
        self.put(BEFORE, wasm.get(..HEADER)?)?;
        while let Some((id, _)) = rest.split_first() {
            let mut section = Code { bytes: rest, at: 1 };
            let size = section.number()?;
            let (start, end) = (section.at, section.at.checked_add(size)?);
            let (whole, next) = rest.split_at_checked(end)?;
            if *id == CODE {
                functions = Some(self.code(whole.get(start..)?)?);
                side = AFTER;
            } else {
                self.put(side, whole)?;
            }
            rest = next;
        }
        functions
    }

    fn code(&mut self, section: &[u8]) -> Option<usize> {
        let mut code = Code { bytes: section, at: 0 };
        let functions = code.number()?;
        for _ in 0..functions {
            let size = code.number()?;
            let body = code.take(size)?;
            self.function(&mut Code { bytes: body, at: 0 })?;
        }
        (code.at == section.len()).then_some(functions)
    }

    fn function(&mut self, body: &mut Code) -> Option<()> {
        for _ in 0..self.number(LOCALS, body)? {
            self.number(LOCALS, body)?;
            self.put(LOCALS, body.take(1)?)?;
        }
        let mut instructions = Vec::new();
        while body.at < body.bytes.len() {
            instructions.push(self.instruction(body)?);
        }
        (instructions.last() == Some(&END)).then_some(())
    }

    fn instruction(&mut self, body: &mut Code) -> Option<u8> {
        let instruction = *body.take(1)?.first()?;
        self.put(INSTRUCTIONS, &[instruction])?;
        match instruction {
            BR_TABLE => {
                for _ in 0..=self.number(LABELS, body)? {
                    self.number(LABELS, body)?;
                }
            }
            F32 => self.put(FLOATS, body.take(4)?)?,
            F64 => self.put(FLOATS, body.take(8)?)?,
            PREFIX => {
                let second = self.number(PREFIXED, body)?;
                for _ in 0..*BEHIND_PREFIXED.get(second)? {
                    self.number(PREFIXED, body)?;
                }
            }
            // Exceptions, choices with a type, threads and vectors: nothing here has them.
            0x06..=0x0a | 0x12..=0x19 | 0x1c..=0x1f | 0xd3.. => return None,
            _ => {
                let next = body.after_number();
                for stream in behind(instruction, next) {
                    self.number(*stream, body)?;
                }
            }
        }
        Some(instruction)
    }

    /// Moves a number into a stream, and tells it.
    fn number(&mut self, stream: usize, from: &mut Code) -> Option<usize> {
        let start = from.at;
        let number = from.number()?;
        self.put(stream, &highest_first(from.bytes.get(start..from.at)?))?;
        Some(number)
    }

    fn put(&mut self, stream: usize, bytes: &[u8]) -> Option<()> {
        self.of.get_mut(stream)?.extend(bytes);
        Some(())
    }
}

struct Code<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Code<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let taken = self.bytes.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(taken)
    }

    /// The lowest bits of a number, for those that count something.
    fn number(&mut self) -> Option<usize> {
        let (mut number, mut shift) = (0, 0_u32);
        loop {
            let byte = *self.take(1)?.first()?;
            number |= usize::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            shift += 7;
            if byte < 0x80 {
                return Some(number);
            }
        }
    }

    /// The instruction behind the number that comes here.
    fn after_number(&self) -> u8 {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let end = rest.iter().position(|byte| *byte < 0x80);
        end.and_then(|end| rest.get(end + 1)).copied().unwrap_or_default()
    }
}

/// That another byte of a number comes.
const MORE: u8 = 0x80;

/// A number whose lowest bits came first.
fn highest_first(number: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = number.iter().rev().map(|byte| byte | MORE).collect();
    if let Some(last) = bytes.last_mut() {
        *last &= !MORE;
    }
    bytes
}

fn written(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.extend(u8::try_from(number & 0x7f));
        number >>= 7;
    }
    bytes.extend(u8::try_from(number));
    highest_first(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `(module (func (param i32) (result i32) local.get 0 i32.const -200 i32.add))`
    const MODULE: &[u8] = &[
        0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 127, 1, 127, 3, 2, 1, 0, 10, 10, 1, 8, 0, 0x20, 0, 0x41,
        0xb8, 0x7e, 0x6a, 0x0b, 0, 1, 0,
    ];

    fn streams(wasm: &[u8]) -> Vec<Vec<u8>> {
        let sorted = sorted(wasm).unwrap();
        let mut code = Code { bytes: &sorted, at: 0 };
        assert_eq!(code.number(), Some(1), "one function");
        let sizes: Vec<usize> = (0..STREAMS).map(|_| code.number().unwrap()).collect();
        sizes.into_iter().map(|size| code.take(size).unwrap().to_vec()).collect()
    }

    #[test]
    fn alike_stands_beside_alike() {
        let streams = streams(MODULE);
        assert_eq!(streams[INSTRUCTIONS], [0x20, 0x41, 0x6a, 0x0b]);
        assert_eq!(streams[LOCALS], [0]);
        assert_eq!(streams[16 + 4], [0], "the local before a constant");
        assert_eq!(streams[32 + 6], [0xfe, 0x38], "the constant before an addition");
        assert_eq!(streams[BEFORE], MODULE[..20]);
        assert_eq!(streams[AFTER], MODULE[32..]);
    }

    #[test]
    fn numbers_have_their_highest_bits_first() {
        assert_eq!(highest_first(&[0x05]), [0x05]);
        assert_eq!(highest_first(&[0x81, 0x82, 0x03]), [0x83, 0x82, 0x01]);
        assert_eq!(written(0x0001_0203), [0x84, 0x84, 0x03]);
    }

    #[test]
    fn what_is_not_known_fails_the_build() {
        let mut module = MODULE.to_vec();
        for strange in [0x06, 0x1c, 0xfd, 0xfe] {
            module[30] = strange;
            assert!(sorted(&module).is_err(), "{strange:x}");
        }
        assert!(sorted(&MODULE[..31]).is_err(), "cut off");
        assert!(sorted(&MODULE[..20]).is_err(), "without code");
    }
}
