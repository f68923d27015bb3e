//! DNS questions of the program, made anew before a name server gets them.
//!
//! The machine's name server is often a service of its loopback or of the local network, which are closed. So it gets no bytes
//! of the program's choice, only the id, the name and the type of a question.

use smoltcp::wire::{DnsFlags, DnsOpcode, DnsPacket, DnsQuestion};

/// Length of a message's header.
const HEADER: usize = 12;
/// The longest name, and the longest label of it (RFC 1035).
const LONGEST: usize = 255;
const LONGEST_LABEL: u8 = 63;
/// The record that allows longer answers (EDNS): for the root, of type 41, with 1232 bytes.
const LONGER: [u8; 11] = [0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0];
/// A message over TCP begins with its length in so many bytes.
const LENGTH: usize = 2;
/// A longer question over TCP ends the connection: a name, its type and some options are shorter.
const LONGEST_QUESTION: usize = 4096;

/// Types that name servers do not answer for one name: whole zones, and everything.
const REFUSED_TYPES: std::ops::RangeInclusive<u16> = 251..=255;

/// The question in `message`, as a new message; `None` if it is not one plain question.
pub(super) fn anew(message: &[u8]) -> Option<Vec<u8>> {
    let packet = DnsPacket::new_checked(message).ok()?;
    let is_plain = packet.opcode() == DnsOpcode::Query
        && !packet.flags().contains(DnsFlags::RESPONSE)
        && packet.question_count() == 1
        && packet.answer_record_count() == 0
        && packet.authority_record_count() == 0;
    let (_, question) = DnsQuestion::parse(packet.payload()).ok()?;
    if !is_plain || !is_name(question.name) || REFUSED_TYPES.contains(&question.type_.into()) {
        return None;
    }
    let is_extended = packet.additional_record_count() > 0;
    let mut made = vec![0; HEADER + question.buffer_len()];
    question.emit(&mut made[HEADER..]);
    let mut header = DnsPacket::new_unchecked(&mut made[..HEADER]);
    header.set_transaction_id(packet.transaction_id());
    header.set_flags(
        packet.flags() & (DnsFlags::RECURSION_DESIRED | DnsFlags::AUTHENTIC_DATA | DnsFlags::CHECK_DISABLED),
    );
    header.set_opcode(DnsOpcode::Query);
    header.set_question_count(1);
    header.set_additional_record_count(u16::from(is_extended));
    if is_extended {
        made.extend(LONGER);
    }
    Some(made)
}

/// The id of a question.
pub(super) fn id(question: &[u8]) -> Option<u16> {
    Some(DnsPacket::new_checked(question).ok()?.transaction_id())
}

/// The answer "refused" to `message`; `None` if it has not even a header.
pub(super) fn refusal(message: &[u8]) -> Option<Vec<u8>> {
    const REFUSED: u8 = 5;
    let id = id(message)?;
    let mut made = vec![0; HEADER];
    let mut header = DnsPacket::new_unchecked(&mut made);
    header.set_transaction_id(id);
    header.set_flags(DnsFlags::RESPONSE);
    made[3] |= REFUSED;
    Some(made)
}

/// Whether it is a name that is written out: no pointers, no other kinds of labels, and not too long.
fn is_name(mut bytes: &[u8]) -> bool {
    if bytes.len() > LONGEST {
        return false;
    }
    while let Some((length, rest)) = bytes.split_first() {
        match length {
            0 => return rest.is_empty(),
            1..=LONGEST_LABEL => bytes = rest.get(usize::from(*length)..).unwrap_or_default(),
            _ => return false,
        }
    }
    false
}

/// The questions in a stream.
#[derive(Debug, Default)]
pub(super) struct Questions {
    received: Vec<u8>,
}

/// The error that a stream contains something else than plain questions.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoQuestion;

impl Questions {
    /// Takes `bytes` of the stream, and returns the questions that are complete, each made anew with its length in front.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<Vec<u8>, NoQuestion> {
        self.received.extend_from_slice(bytes);
        let mut made = Vec::new();
        while let Some(length) = self.received.first_chunk::<LENGTH>() {
            let end = LENGTH + usize::from(u16::from_be_bytes(*length));
            if end > LONGEST_QUESTION {
                return Err(NoQuestion);
            }
            let Some(message) = self.received.get(LENGTH..end) else { break };
            let question = anew(message).ok_or(NoQuestion)?;
            made.extend(u16::try_from(question.len()).map_err(|_| NoQuestion)?.to_be_bytes());
            made.extend(question);
            self.received.drain(..end);
        }
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGER, NoQuestion, Questions, anew, id, refusal};

    /// A question for the addresses of `example.org`, with these counts, followed by `rest`.
    fn message(flags: [u8; 2], counts: [u8; 4], rest: &[u8]) -> Vec<u8> {
        let [questions, answers, authorities, more] = counts;
        let header = [0x12, 0x34, flags[0], flags[1], 0, questions, 0, answers, 0, authorities, 0, more];
        [&header[..], rest].concat()
    }

    const NAME: &[u8] = b"\x07example\x03org\x00\x00\x01\x00\x01";

    #[test]
    fn a_plain_question_is_kept_and_nothing_else() {
        let plain = message([1, 0], [1, 0, 0, 0], NAME);
        assert_eq!(anew(&plain), Some(plain.clone()));
        let options = b"\x00\x00\x29\x10\x00\x00\x00\x80\x00\x00\x08\x00\x0a\x00\x04mark";
        let extended = message([1, 0x20], [1, 0, 0, 1], &[NAME, options].concat());
        assert_eq!(anew(&extended), Some(message([1, 0x20], [1, 0, 0, 1], &[NAME, &LONGER].concat())));
        let trailing = message([1, 0], [1, 0, 0, 0], &[NAME, b"and more"].concat());
        assert_eq!(anew(&trailing), Some(plain.clone()));
        assert_eq!(id(&plain), Some(0x1234));
        assert_eq!(refusal(&plain), Some(vec![0x12, 0x34, 0x80, 5, 0, 0, 0, 0, 0, 0, 0, 0]));
        assert_eq!(refusal(b"short"), None);
    }

    #[test]
    fn what_is_no_plain_question_is_refused() {
        let question = |name: &[u8]| message([1, 0], [1, 0, 0, 0], name);
        let long = [&b"\x3f"[..], &[b'a'; 63]].concat().repeat(4);
        for (what, bytes) in [
            ("nothing", Vec::new()),
            ("a request of HTTP", b"GET / HTTP/1.0\r\n\r\n".to_vec()),
            ("an answer", message([0x81, 0], [1, 0, 0, 0], NAME)),
            ("an update", message([0x29, 0], [1, 0, 0, 0], NAME)),
            ("no question", message([1, 0], [0, 0, 0, 0], NAME)),
            ("two questions", message([1, 0], [2, 0, 0, 0], &[NAME, NAME].concat())),
            ("an answer's record", message([1, 0], [1, 1, 0, 0], NAME)),
            ("an authority's record", message([1, 0], [1, 0, 1, 0], NAME)),
            ("another class", question(b"\x07example\x03org\x00\x00\x01\x00\x03")),
            ("a whole zone", question(b"\x07example\x03org\x00\x00\xfc\x00\x01")),
            ("a pointer", question(b"\xc0\x0c\x00\x01\x00\x01")),
            ("half a name", question(b"\x07exam")),
            ("a name that is too long", question(&[&long[..], b"\x00\x00\x01\x00\x01"].concat())),
        ] {
            assert_eq!(anew(&bytes), None, "{what}");
        }
    }

    #[test]
    fn questions_in_a_stream_are_complete_whatever_the_pieces() {
        let plain = message([1, 0], [1, 0, 0, 0], NAME);
        let framed = [&(plain.len() as u16).to_be_bytes()[..], &plain].concat();
        let both = framed.repeat(2);
        for cut in 0..both.len() {
            let mut questions = Questions::default();
            let first = questions.take(&both[..cut]).expect("a part");
            let second = questions.take(&both[cut..]).expect("the rest");
            assert_eq!([first, second].concat(), both, "{cut}");
        }
        assert_eq!(Questions::default().take(b"GET / HTTP/1.0\r\n"), Err(NoQuestion));
        assert_eq!(Questions::default().take(&[0, 3, 1, 2, 3]), Err(NoQuestion));
    }
}
