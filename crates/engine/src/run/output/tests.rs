use std::time::Duration;

use tokio::io::{AsyncWriteExt, duplex};
use tokio::sync::mpsc;
use tokio::task::yield_now;
use tokio::time::{Instant, timeout};

use super::{BURST, HOLD, Output, PAUSE};
use crate::outcome::Event;
use crate::session::EventSink;

/// How long the events of a test may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Hands events on to the test.
struct Sink(mpsc::Sender<Event>);

impl EventSink for Sink {
    async fn put(&mut self, event: Event) {
        self.0.send(event).await.expect("a test that reads");
    }
}

/// A step of a program with its output.
#[derive(Clone, Copy)]
enum Step {
    Out(&'static str),
    Err(&'static str),
    /// Waits for one more event.
    Received,
}

use Step::{Err, Out, Received};

/// The events of these steps. Program and reader take turns in one task, so their speed does not matter.
async fn events(has_terminal: bool, steps: &[Step]) -> Vec<Event> {
    timed(has_terminal, steps).await.0
}

/// The events, and how long each step took with the reader's turn after it.
async fn timed(has_terminal: bool, steps: &[Step]) -> (Vec<Event>, Vec<Duration>) {
    timeout(PATIENCE, run(has_terminal, steps)).await.expect("the events in time")
}

async fn run(has_terminal: bool, steps: &[Step]) -> (Vec<Event>, Vec<Duration>) {
    let (events, mut received) = mpsc::channel(1 << 16);
    let (output, mut sink) = (Output::new(u64::MAX), Sink(events));
    let ((mut stdout, read), (mut stderr, read_errors)) = (duplex(1 << 16), duplex(1 << 16));
    let (mut all, mut took) = (Vec::new(), Vec::new());
    let program = async {
        for step in steps {
            let began = Instant::now();
            match step {
                Out(text) => stdout.write_all(text.as_bytes()).await.expect("a reader"),
                Err(text) => stderr.write_all(text.as_bytes()).await.expect("a reader"),
                Received => all.extend(received.recv().await),
            }
            yield_now().await;
            took.push(began.elapsed());
        }
        drop((stdout, stderr));
    };
    tokio::join!(biased; program, output.forward(read, Some(read_errors), has_terminal, false, &mut sink));
    drop(sink);
    while let Some(event) = received.recv().await {
        all.push(event);
    }
    (all, took)
}

fn out(text: &str) -> Event {
    Event::Stdout(text.into())
}

fn err(text: &str) -> Event {
    Event::Stderr(text.into())
}

#[tokio::test]
async fn a_line_that_is_written_in_pieces_is_one_event() {
    let steps = [Out("1"), Out("\n"), Received, Out("a"), Out(" "), Out("b"), Out("\n")];
    // On a busy machine a piece may come so late that it must not be waited for.
    for _ in 0..100 {
        let (printed, took) = timed(false, &steps).await;
        if took.iter().sum::<Duration>() < HOLD {
            assert_eq!(printed, [out("1\n"), out("a b\n")]);
            return;
        }
    }
    panic!("no line was written within {HOLD:?}");
}

#[tokio::test]
async fn a_prompt_comes_before_the_program_goes_on() {
    let printed = events(false, &[Out("name? "), Received, Out("thanks\n")]).await;
    assert_eq!(printed, [out("name? "), out("thanks\n")]);
}

#[tokio::test]
async fn what_a_program_wrote_last_is_there_without_a_line_end() {
    assert_eq!(events(false, &[Out("a\n"), Received, Out("partial")]).await, [out("a\n"), out("partial")]);
}

#[tokio::test]
async fn the_other_stream_ends_the_wait_for_a_line() {
    let printed = events(false, &[Out("working "), Err("warning\n"), Out("done\n")]).await;
    assert_eq!(printed, [out("working "), err("warning\n"), out("done\n")]);
}

#[tokio::test]
async fn a_terminal_shows_each_piece_at_once() {
    let printed = events(true, &[Out("a"), Received, Out("b\r\n")]).await;
    assert_eq!(printed, [out("a"), out("b\r\n")]);
}

#[tokio::test]
async fn a_burst_is_gathered_and_nothing_of_it_lost() {
    let steps = vec![Out("line\n"); 5000];
    let (printed, took) = timed(false, &steps).await;
    let all: String = printed.iter().map(|event| if let Event::Stdout(text) = event { text } else { "" }).collect();
    assert_eq!(all, "line\n".repeat(5000));
    // One event for each pause, and for each line before the first and after a line that came late: on a busy machine some do.
    // The time between two reads is part of two steps.
    let pauses = took.iter().sum::<Duration>().div_duration_f64(PAUSE).ceil() as usize;
    let late = 2 * took.iter().filter(|took| **took >= PAUSE / 2).count();
    let most = pauses + (late + 1) * (BURST as usize + 1) + 2;
    assert!(printed.len() <= most, "{} events for 5000 lines, at most {most}; {late} came late", printed.len());
}

#[tokio::test]
async fn slow_lines_come_one_by_one() {
    let steps: Vec<_> = (0..50).flat_map(|_| [Out("line\n"), Received]).collect();
    assert_eq!(events(false, &steps).await, vec![out("line\n"); 50]);
}

#[tokio::test]
async fn both_streams_of_a_burst_keep_their_order() {
    let steps: Vec<_> = (0..100).flat_map(|_| [Out("o\n"), Err("e\n")]).collect();
    let printed = events(false, &steps).await;
    let order: String =
        printed
            .iter()
            .map(|event| {
                if let Event::Stdout(text) | Event::Stderr(text) = event {
                    text.replace('\n', "")
                } else {
                    String::new()
                }
            })
            .collect();
    assert_eq!(order, "oe".repeat(100));
}
