//! Commands that use time, CPU, memory and stack.

use std::hint::black_box;
use std::mem;
use std::thread;
use std::time::{Duration, Instant};

/// Memory is allocated in pieces of this size, so that a limit is reached gradually and not by one refused request.
const PIECE: u64 = 1024 * 1024;

/// The smallest page of any supported system.
const PAGE: usize = 4096;

pub(crate) fn sleep(ms: u64) {
    thread::sleep(Duration::from_millis(ms));
}

pub(crate) fn hang() -> ! {
    loop {
        thread::sleep(Duration::from_secs(3600));
    }
}

pub(crate) fn burn(ms: u64) {
    let start = Instant::now();
    let mut value = 1_u64;
    while start.elapsed() < Duration::from_millis(ms) {
        value = black_box(value.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
    }
}

pub(crate) fn memory(bytes: u64) {
    let mut left = bytes;
    while left > 0 {
        let size = left.min(PIECE);
        let mut piece = vec![0_u8; size as usize];
        piece.iter_mut().step_by(PAGE).for_each(|byte| *byte = 1);
        mem::forget(black_box(piece));
        left -= size;
    }
}

/// Ends by exhausting the stack.
#[expect(unconditional_recursion, reason = "that is what it is for")]
pub(crate) fn overflow(depth: u64) -> u64 {
    let frame = black_box([depth; 128]);
    overflow(depth + 1) + black_box(frame)[0]
}
