//! Filters of system calls (seccomp): rules become a program for the kernel.
//!
//! Before a filter is used, the kernel runs it once for each number of a system call. So the numbers are found by bisection: a
//! comparison of each of a hundred takes the kernel a quarter of a millisecond per run.

use std::collections::BTreeMap;
use std::io;

use nix::errno::Errno;
use nix::libc::{self, sock_filter, sock_fprog};
use nix::unistd::Pid;

/// A condition on an argument, which is named by its place. All but the last look at 32 bits.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Test {
    /// It is this number.
    Is(u8, u32),
    /// It is another number.
    IsNot(u8, u32),
    /// It names a process other than the caller (0) and the run's first process, which all processes of a run may name.
    IsOther(u8),
    /// It has the result (the second number) under this mask (the first).
    Has(u8, u32, u32),
    /// It is not a null pointer.
    IsThere(u8),
}

/// Refuses a system call.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    call: u32,
    /// The conditions, all of which must hold.
    when: Vec<Test>,
    error: Errno,
}

impl Rule {
    /// Refuses the call `number` with EPERM, whatever its arguments.
    pub(crate) fn always(number: libc::c_long) -> Self {
        Self::when(number, &[])
    }

    /// Refuses it if all of `tests` hold.
    pub(crate) fn when(number: libc::c_long, tests: &[Test]) -> Self {
        // No call has a negative number.
        Self { call: u32::try_from(number).unwrap_or(u32::MAX), when: tests.to_vec(), error: Errno::EPERM }
    }

    /// The same with another error number.
    pub(crate) fn with(self, error: Errno) -> Self {
        Self { error, ..self }
    }
}

/// A filter, compiled once and used by each run.
#[derive(Debug, Clone)]
pub(crate) struct Filter(Vec<sock_filter>);

/// `AUDIT_ARCH_*` of this architecture, if it is known. In each of them the lower half of an argument comes first.
const NATIVE: Option<u32> = match () {
    () if cfg!(target_arch = "x86_64") => Some(0xC000_003E),
    () if cfg!(target_arch = "aarch64") => Some(0xC000_00B7),
    () if cfg!(target_arch = "riscv64") => Some(0xC000_00F3),
    () => None,
};
/// The numbers of x32 calls, a second interface of 64-bit x86, begin here.
const X32: u32 = 0x4000_0000;
/// Offsets in `struct seccomp_data`.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const ARGUMENTS: u32 = 16;
/// Numbers that are compared one by one.
const LEAF: usize = 3;
/// Stands for the run's first process until the filter is used. Larger than every process id.
const FIRST: u32 = 0x7FFF_FFF7;

const EQUAL: u32 = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
const AT_LEAST: u32 = libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K;
const ALLOW: u32 = libc::SECCOMP_RET_ALLOW;

impl Filter {
    /// Refuses calls by `rules`. A process that uses another interface than this architecture's 64-bit one is killed, or obeys
    /// `of_32_bits`. `None` if the architecture is not known.
    pub(crate) fn of(rules: &[Rule], of_32_bits: Option<&[Rule]>) -> Option<Self> {
        let own = calls(rules, true);
        let others = of_32_bits.map_or_else(|| vec![end(libc::SECCOMP_RET_KILL_PROCESS)], |rules| calls(rules, false));
        let start = [load(ARCHITECTURE), step(EQUAL, NATIVE?, 1, 0), skip(own.len())];
        Some(Self([&start[..], &own, &others].concat()))
    }

    /// Restricts this process, the run's first one, and its descendants. no_new_privs must be set.
    pub(crate) fn apply(&self) -> io::Result<()> {
        let first = Pid::this().as_raw().unsigned_abs();
        let own = |step: &sock_filter| sock_filter { k: if step.k == FIRST { first } else { step.k }, ..*step };
        let mut steps: Vec<_> = self.0.iter().map(own).collect();
        let length = u16::try_from(steps.len()).map_err(io::Error::other)?;
        let program = sock_fprog { len: length, filter: steps.as_mut_ptr() };
        // SAFETY: the kernel reads the program, which lives until the call returns.
        #[expect(unsafe_code, reason = "nix has no seccomp")]
        let result = unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) };
        Ok(Errno::result(result).map(drop)?)
    }
}

/// The part for one architecture.
fn calls(rules: &[Rule], is_native: bool) -> Vec<sock_filter> {
    let mut by_number: BTreeMap<u32, Vec<&Rule>> = BTreeMap::new();
    rules.iter().for_each(|rule| by_number.entry(rule.call).or_default().push(rule));
    let blocks: Vec<_> = by_number.into_iter().map(|(number, rules)| (number, block(&rules))).collect();
    let mut code = vec![load(NUMBER)];
    if is_native && cfg!(target_arch = "x86_64") {
        code.extend([step(AT_LEAST, X32, 0, 1), refuse(Errno::ENOSYS)]);
    }
    code.extend(bisect(&blocks));
    code
}

/// Goes to the block of the number that is loaded, or allows.
fn bisect(blocks: &[(u32, Vec<sock_filter>)]) -> Vec<sock_filter> {
    if blocks.len() <= LEAF {
        let each =
            blocks.iter().flat_map(|(number, block)| [&[unless_equal(*number, block.len())][..], block].concat());
        return each.chain([end(ALLOW)]).collect();
    }
    let (low, high) = blocks.split_at(blocks.len() / 2);
    let (first, low, high) = (high[0].0, bisect(low), bisect(high));
    [&[step(AT_LEAST, first, 0, 1), skip(low.len())], &low[..], &high].concat()
}

/// Refuses if one of the rules for a call holds.
fn block(rules: &[&Rule]) -> Vec<sock_filter> {
    let mut code: Vec<_> = rules.iter().flat_map(|rule| conditional(rule)).collect();
    if rules.iter().all(|rule| !rule.when.is_empty()) {
        code.push(end(ALLOW));
    }
    code
}

/// Refuses if all conditions of `rule` hold, and goes on behind it otherwise.
fn conditional(rule: &Rule) -> Vec<sock_filter> {
    let mut code = vec![refuse(rule.error)];
    for test in rule.when.iter().rev() {
        let out = short(code.len());
        let half = |place: u8, upper: u32| load(ARGUMENTS + u32::from(place) * 8 + upper * 4);
        let steps = match *test {
            Test::Is(place, value) => vec![half(place, 0), step(EQUAL, value, 0, out)],
            Test::IsNot(place, value) => vec![half(place, 0), step(EQUAL, value, out, 0)],
            Test::IsOther(place) => {
                vec![half(place, 0), step(EQUAL, 0, short(code.len() + 1), 0), step(EQUAL, FIRST, out, 0)]
            }
            Test::Has(place, mask, value) => {
                vec![
                    half(place, 0),
                    step(libc::BPF_ALU | libc::BPF_AND | libc::BPF_K, mask, 0, 0),
                    step(EQUAL, value, 0, out),
                ]
            }
            Test::IsThere(place) => vec![half(place, 0), step(EQUAL, 0, 0, 2), half(place, 1), step(EQUAL, 0, out, 0)],
        };
        code.splice(..0, steps);
    }
    code
}

/// A jump within a rule, which has few steps.
fn short(length: usize) -> u8 {
    u8::try_from(length).unwrap_or(u8::MAX)
}

fn unless_equal(number: u32, length: usize) -> sock_filter {
    step(EQUAL, number, 0, short(length))
}

fn skip(length: usize) -> sock_filter {
    step(libc::BPF_JMP | libc::BPF_JA, u32::try_from(length).unwrap_or(u32::MAX), 0, 0)
}

fn load(offset: u32) -> sock_filter {
    step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, offset, 0, 0)
}

fn refuse(error: Errno) -> sock_filter {
    end(libc::SECCOMP_RET_ERRNO | (error as i32).unsigned_abs())
}

fn end(value: u32) -> sock_filter {
    step(libc::BPF_RET | libc::BPF_K, value, 0, 0)
}

fn step(code: u32, value: u32, yes: u8, no: u8) -> sock_filter {
    sock_filter { code: u16::try_from(code).unwrap_or(u16::MAX), jt: yes, jf: no, k: value }
}

#[cfg(test)]
mod tests;
