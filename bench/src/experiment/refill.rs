//! The share of warm interpreters when programs arrive as fast as possible for a long time.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::throughput::sustain;
use super::{WARM, milliseconds};
use crate::client::Client;
use crate::report::{Figure, Section};
use crate::service::{Home, Kind, Service};
use crate::setup::Setup;
use crate::subject::{Greeting, JAVASCRIPT, PYTHON};

/// The greeting, the number of clients, and the divisor of the duration.
const LOADS: [(Greeting, usize, usize); 3] = [(PYTHON, 8, 1), (PYTHON, 1, 2), (JAVASCRIPT, 8, 2)];
/// The length of one sample in milliseconds.
const SECOND: f64 = 1000.0;

/// Measures each load with its own service.
pub(super) fn measure(setup: &Setup) -> Result<Section> {
    let mut section = Section::default();
    for (greeting, clients, share) in LOADS {
        if greeting.language == JAVASCRIPT.language && setup.interpreters.node.is_none() {
            continue;
        }
        let home = Home::new(setup, Kind::Runtray)?;
        let service = Service::start(setup, Kind::Runtray, &home)?;
        let duration = Duration::from_secs((setup.effort.sustained / share).max(1) as u64);
        section.figures.extend(load(&service, greeting, clients, duration)?);
    }
    section.notes = setup.interpreters.missing();
    Ok(section)
}

fn load(service: &Service<'_>, greeting: Greeting, clients: usize, duration: Duration) -> Result<[Figure; 4]> {
    let began = Instant::now();
    let ends = sustain(service.port(), greeting, clients, duration)?;
    let took = milliseconds(began.elapsed());
    let client = service.client();
    let name = format!("{WARM}, {}, {}", greeting.language, if clients == 1 { "1 client" } else { "8 clients" });
    let figure = |what, unit, samples| Figure::new(&name, what, unit, samples);
    Ok([
        figure("executions, all the time", "per s", vec![ends.len() as f64 / took * 1000.0]),
        figure("executions, each second", "per s", each_second(&ends, duration)),
        figure("programs that found one waiting", "%", vec![hits(&client)?]),
        figure("waiting at the end", "", vec![client.metric("runtray_waiting_interpreters")?]),
    ])
}

/// The number of programs that ended in each second, from their ends since the beginning.
fn each_second(ends: &[Duration], duration: Duration) -> Vec<f64> {
    let mut counts = vec![0.0; duration.as_secs() as usize];
    for end in ends {
        if let Some(count) = counts.get_mut((milliseconds(*end) / SECOND) as usize) {
            *count += 1.0;
        }
    }
    counts
}

/// The share of programs that found an interpreter waiting, in percent.
pub(super) fn hits(client: &Client) -> Result<f64> {
    Ok(client.metric("runtray_warm_executions_total")? / client.metric("runtray_executions_total")? * 100.0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::each_second;

    #[test]
    fn each_end_is_counted_in_its_second() {
        let ends = [0, 999, 1000, 1500, 2999, 3000].map(Duration::from_millis);
        assert_eq!(each_second(&ends, Duration::from_secs(3)), [2.0, 2.0, 1.0]);
    }
}
