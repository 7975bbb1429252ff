//! Requests as people paste them: nothing panics.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _either_way = hookpost::verify::pasted::parse(text);
});
