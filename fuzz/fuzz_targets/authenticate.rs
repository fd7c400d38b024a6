#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| edgeward_hostile::targets::authenticate(data));
