//! Filters are run here as the kernel runs them, step by step.

use nix::errno::Errno;
use nix::libc::{self, sock_filter};

use super::{FIRST, Filter, NATIVE, Rule, Test, X32};

const KILL: u32 = libc::SECCOMP_RET_KILL_PROCESS;
const ALLOW: u32 = libc::SECCOMP_RET_ALLOW;

fn refused(error: Errno) -> u32 {
    libc::SECCOMP_RET_ERRNO | error as u32
}

/// The filter's answer, and the number of its steps.
fn run(steps: &[sock_filter], architecture: u32, number: u32, arguments: [u64; 6]) -> (u32, usize) {
    let (mut held, mut place) = (0_u32, 0);
    for count in 1.. {
        let step = &steps[place];
        let code = u32::from(step.code);
        let jump = |holds: bool| usize::from(if holds { step.jt } else { step.jf });
        place += 1;
        if code == super::EQUAL {
            place += jump(held == step.k);
        } else if code == super::AT_LEAST {
            place += jump(held >= step.k);
        } else if code == libc::BPF_JMP | libc::BPF_JA {
            place += step.k as usize;
        } else if code == libc::BPF_ALU | libc::BPF_AND | libc::BPF_K {
            held &= step.k;
        } else if code == libc::BPF_RET | libc::BPF_K {
            return (step.k, count);
        } else {
            assert_eq!(code, libc::BPF_LD | libc::BPF_W | libc::BPF_ABS);
            held = match step.k {
                0 => number,
                4 => architecture,
                offset => {
                    let argument = arguments[(offset as usize - 16) / 8];
                    (argument >> (if offset % 8 == 0 { 0 } else { 32 })) as u32
                }
            };
        }
    }
    unreachable!("a filter ends")
}

fn answer(filter: &Filter, number: u32, arguments: &[u64]) -> u32 {
    let mut all = [0; 6];
    all[..arguments.len()].copy_from_slice(arguments);
    run(&filter.0, NATIVE.expect("known"), number, all).0
}

#[test]
fn each_condition_looks_at_its_argument() {
    let rules = [
        Rule::when(1, &[Test::Is(0, 7)]),
        Rule::when(2, &[Test::IsNot(1, 7)]),
        Rule::when(3, &[Test::IsOther(0), Test::IsThere(2)]),
        Rule::when(4, &[Test::Has(1, 0xf, 3)]).with(Errno::EOPNOTSUPP),
        Rule::when(5, &[Test::Is(0, 1)]),
        Rule::when(5, &[Test::Is(0, 2), Test::Is(1, 3)]),
        Rule::always(6).with(Errno::ENOSYS),
    ];
    let filter = Filter::of(&rules, None).expect("a known architecture");
    let (no, high) = (refused(Errno::EPERM), 1 << 40);
    for (number, arguments, expected) in [
        (1, &[7][..], no),
        (1, &[8], ALLOW),
        (1, &[high | 7], no),
        (2, &[7, 8], no),
        (2, &[8, 7], ALLOW),
        (3, &[9, 0, 1], no),
        (3, &[9, 0, high], no),
        (3, &[9, 0, 0], ALLOW),
        (3, &[0, 0, 1], ALLOW),
        (3, &[FIRST.into(), 0, 1], ALLOW),
        (4, &[0, 0x13], refused(Errno::EOPNOTSUPP)),
        (4, &[0, 0x12], ALLOW),
        (5, &[1], no),
        (5, &[2, 3], no),
        (5, &[2, 4], ALLOW),
        (6, &[], refused(Errno::ENOSYS)),
        (0, &[], ALLOW),
        (7, &[], ALLOW),
        (u32::MAX, &[], if cfg!(target_arch = "x86_64") { refused(Errno::ENOSYS) } else { ALLOW }),
    ] {
        assert_eq!(answer(&filter, number, arguments), expected, "{number} {arguments:?}");
    }
}

#[test]
fn a_call_is_found_in_few_steps_among_many() {
    let rules: Vec<_> = (0..100).map(|number| Rule::always(number * 3)).collect();
    let filter = Filter::of(&rules, None).expect("a known architecture");
    for number in 0..320 {
        let (answer, steps) = run(&filter.0, NATIVE.expect("known"), number, [0; 6]);
        let expected = if number % 3 == 0 && number < 300 { refused(Errno::EPERM) } else { ALLOW };
        assert_eq!(answer, expected, "{number}");
        assert!(steps < 25, "{number}: {steps} steps");
    }
}

#[test]
fn other_interfaces_of_the_kernel_have_rules_of_their_own() {
    let rules = [Rule::always(1)];
    let (alone, both) = (Filter::of(&rules, None), Filter::of(&rules, Some(&[Rule::always(2)])));
    let (alone, both) = (alone.expect("a filter").0, both.expect("a filter").0);
    let other = NATIVE.expect("known") ^ 1;
    assert_eq!(run(&alone, other, 1, [0; 6]).0, KILL);
    assert_eq!((run(&both, other, 1, [0; 6]).0, run(&both, other, 2, [0; 6]).0), (ALLOW, refused(Errno::EPERM)));
    if cfg!(target_arch = "x86_64") {
        assert_eq!(run(&both, NATIVE.expect("known"), X32 | 1, [0; 6]).0, refused(Errno::ENOSYS));
        // A number of another interface is one of 32 bits there, not of x32.
        assert_eq!(run(&both, other, X32 | 2, [0; 6]).0, ALLOW);
    }
}
