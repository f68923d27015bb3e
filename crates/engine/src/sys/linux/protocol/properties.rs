//! Messages of every form, whole, cut and damaged.

use std::os::unix::ffi::OsStringExt;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::sys::exit::Breach;

/// The longest body in these tests.
const LONGEST: usize = 4 << 10;

fn text() -> impl Strategy<Value = OsString> {
    vec(any::<u8>(), 0..24).prop_map(OsString::from_vec)
}

fn texts() -> impl Strategy<Value = Vec<OsString>> {
    vec(text(), 0..4)
}

fn path() -> impl Strategy<Value = PathBuf> {
    text().prop_map(PathBuf::from)
}

fn paths() -> impl Strategy<Value = Vec<PathBuf>> {
    vec(path(), 0..4)
}

fn time() -> impl Strategy<Value = Duration> {
    (any::<u64>(), 0_u32..1_000_000_000).prop_map(|(seconds, nanoseconds)| Duration::new(seconds, nanoseconds))
}

fn bounds() -> impl Strategy<Value = Bounds> {
    let numbers = (any::<u64>(), time(), any::<u32>(), any::<u64>(), any::<u64>());
    numbers.prop_map(|(memory_bytes, cpu, processes, open_files, file_size_bytes)| Bounds {
        memory_bytes,
        cpu,
        processes,
        open_files,
        file_size_bytes,
    })
}

fn spec() -> impl Strategy<Value = RunSpec> {
    // Without zones, as the settings give them.
    let address = any::<(std::net::IpAddr, u16)>().prop_map(std::net::SocketAddr::from);
    let network = option::of(vec(address, 0..4).prop_map(|allow| Outward { allow }));
    let grants = (paths(), paths(), paths(), paths(), network);
    let sandbox = option::of(grants.prop_map(|(interpreter, kept, read, write, network)| SandboxSpec {
        interpreter,
        kept,
        read,
        write,
        network,
    }));
    let places = (path(), path(), path(), path(), paths());
    let words = (texts(), texts(), vec((text(), text()), 0..4));
    (places, words, sandbox, bounds(), any::<(bool, bool)>()).prop_map(|(places, words, sandbox, bounds, flags)| {
        let (program, folder, temporary, root, hidden) = places;
        let (args, args_in_sight, env) = words;
        let (waits, terminal) = flags;
        RunSpec { program, args, env, folder, temporary, root, args_in_sight, hidden, sandbox, bounds, waits, terminal }
    })
}

fn control() -> impl Strategy<Value = ControlMessage> {
    prop_oneof![
        Just(ControlMessage::Go),
        Just(ControlMessage::Ping),
        Just(ControlMessage::Begin),
        any::<i32>().prop_map(ControlMessage::Signal),
    ]
}

fn exit() -> impl Strategy<Value = Exit> {
    let breach = prop_oneof![
        Just(Breach::Memory),
        Just(Breach::Cpu),
        Just(Breach::Processes),
        Just(Breach::Unmeasured),
        Just(Breach::Supervisor)
    ];
    (any::<Option<i32>>(), any::<Option<String>>(), time(), any::<u64>(), option::of(breach)).prop_map(
        |(code, signal, cpu, peak_memory_bytes, breach)| Exit { code, signal, cpu, peak_memory_bytes, breach },
    )
}

fn report() -> impl Strategy<Value = Report> {
    prop_oneof![
        Just(Report::Ready),
        Just(Report::Alive),
        Just(Report::Begun),
        any::<i32>().prop_map(Report::NotStarted),
        exit().prop_map(Report::Ended),
    ]
}

fn launcher_message() -> impl Strategy<Value = LauncherMessage> {
    let containment =
        prop_oneof![Just(Containment::PidNamespace), Just(Containment::UserNamespace), Just(Containment::Subreaper)];
    prop_oneof![
        (any::<i32>(), containment).prop_map(|(pid, containment)| LauncherMessage::Supervised { pid, containment }),
        any::<i32>().prop_map(LauncherMessage::NotForked),
        any::<bool>().prop_map(|orderly| LauncherMessage::Gone { orderly }),
    ]
}

/// Bytes with the length of their body, or a wrong one, in front.
fn framed() -> impl Strategy<Value = Vec<u8>> {
    (option::of(any::<u32>()), vec(any::<u8>(), 0..200)).prop_map(|(wrong, body)| {
        let length = wrong.unwrap_or(body.len() as u32);
        [&length.to_le_bytes()[..], &body].concat()
    })
}

/// Takes every message of a type from `bytes`. Each takes bytes from the front, or leaves all of them for later.
fn take_all<T: DeserializeOwned>(bytes: &[u8], most: usize) -> io::Result<Vec<T>> {
    let mut received = bytes.to_vec();
    let mut messages = Vec::new();
    loop {
        let before = received.clone();
        match take::<T>(&mut received, most)? {
            Some(message) => messages.push(message),
            None => {
                assert_eq!(received, before, "half a message was taken");
                return Ok(messages);
            }
        }
        assert!(before.ends_with(&received) && before.len() >= received.len() + HEADER);
    }
}

proptest! {
    #[test]
    fn a_run_arrives_as_it_was_sent(spec in spec()) {
        let sent = frame(&spec).expect("a frame");
        let arrived: RunSpec = read(&mut sent.as_slice()).expect("the same");
        prop_assert_eq!(format!("{arrived:?}"), format!("{spec:?}"));
        prop_assert_eq!(frame(&arrived).expect("a frame"), sent);
    }

    #[test]
    fn messages_arrive_in_order_wherever_they_are_cut(
        sent in vec(control(), 0..8),
        cuts in vec(any::<Index>(), 0..6),
    ) {
        let bytes: Vec<u8> = sent.iter().flat_map(|message| frame(message).expect("a frame")).collect();
        let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).chain([bytes.len()]).collect();
        ends.sort_unstable();
        let (mut received, mut arrived, mut start) = (Vec::new(), Vec::new(), 0);
        for end in ends {
            received.extend_from_slice(&bytes[start..end]);
            start = end;
            while let Some(message) = take::<ControlMessage>(&mut received, LONGEST).expect("a message") {
                arrived.push(message);
            }
        }
        prop_assert_eq!((arrived, received), (sent, Vec::new()));
    }

    #[test]
    fn reports_arrive_as_they_were_sent(report in report(), message in launcher_message()) {
        let sent = frame(&report).expect("a frame");
        prop_assert_eq!(take_all::<Report>(&sent, MOST).expect("one"), [report]);
        prop_assert_eq!(parse::<LauncherMessage>(&bytes(&message).expect("bytes")).expect("the same"), message);
    }

    #[test]
    fn any_bytes_are_messages_or_an_error(bytes in prop_oneof![vec(any::<u8>(), 0..200), framed()]) {
        let _ = take_all::<ControlMessage>(&bytes, LONGEST);
        let _ = take_all::<Report>(&bytes, MOST_REPORT);
        let _ = read::<RunSpec>(&mut bytes.as_slice());
        let _ = (parse::<LauncherMessage>(&bytes), parse::<Abilities>(&bytes));
    }

    #[test]
    fn a_damaged_run_is_a_run_or_an_error(spec in spec(), place in any::<Index>(), byte in any::<u8>(), end in any::<Index>()) {
        let mut sent = frame(&spec).expect("a frame");
        let at = place.index(sent.len());
        sent[at] = byte;
        let _ = read::<RunSpec>(&mut sent.as_slice());
        let cut = end.index(sent.len());
        let length = (sent.len() - HEADER) as u32;
        sent[..HEADER].copy_from_slice(&length.to_le_bytes());
        prop_assert!(read::<RunSpec>(&mut &sent[..cut]).is_err(), "a run was read from its first {cut} bytes");
    }

    #[test]
    fn a_message_longer_than_allowed_is_refused_by_its_header(excess in 1..=u32::MAX - MOST as u32, rest in vec(any::<u8>(), 0..9)) {
        let header = (MOST as u32 + excess).to_le_bytes();
        let sent = [&header[..], &rest].concat();
        let refused = read::<RunSpec>(&mut sent.as_slice()).expect_err("it is too long");
        prop_assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
        prop_assert!(take_all::<Report>(&sent, MOST).is_err());
    }
}
