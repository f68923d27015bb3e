//! The latency of a greeting at the pace of a user, for every subject: one client sends two requests a second.
//!
//! All subjects take turns within each half second, so that one table compares them all.

use anyhow::Result;

use super::pace::{Timed, rehearse, take_turns};
use super::refill::hits;
use super::{COLD, FLASK, NULL, Series, WARM, ratio};
use crate::client::Client;
use crate::interpreter::Interpreter;
use crate::report::{Figure, Section, Target};
use crate::service::{Home, Kind, Service};
use crate::setup::Setup;
use crate::statistics::{Ratio, Summary};
use crate::subject::{Bare, FreshKernel, Greeting, Http, JAVASCRIPT, Kernel, PYTHON, Released, Subject, WarmKernel};

const BARE: &str = "bare";
const FLOOR: &str = "floor (interpreter that waited)";
const WARM_KERNEL: &str = "jupyter, warm kernel";
const FRESH_KERNEL: &str = "jupyter, fresh kernel";
const LANGUAGES: [&str; 2] = [PYTHON.language, JAVASCRIPT.language];
/// The ratios of the table, by language.
const PAIRS: &[(&str, &str)] = &[
    (WARM, BARE),
    (WARM, FLASK),
    (WARM, FLOOR),
    (WARM, WARM_KERNEL),
    (WARM, FRESH_KERNEL),
    (COLD, BARE),
    (COLD, FLASK),
];

/// One way to run a greeting, and its times.
struct Contestant {
    name: &'static str,
    language: &'static str,
    subject: Box<dyn Subject>,
    series: Series,
}

/// The services, which run at the same time.
struct Services<'a> {
    warm: Service<'a>,
    cold: Service<'a>,
    flask: Service<'a>,
    jupyter: Option<Service<'a>>,
}

/// Measures all subjects, in Python and Node.js.
pub(super) fn measure(setup: &Setup) -> Result<Section> {
    let [warm, cold] = [Home::new(setup, Kind::Runtray)?, Home::new(setup, Kind::Cold)?];
    let has_jupyter = setup.interpreters.jupyter.is_ok();
    let services = Services {
        warm: Service::start(setup, Kind::Runtray, &warm)?,
        cold: Service::start(setup, Kind::Cold, &cold)?,
        flask: Service::start(setup, Kind::Flask, &warm)?,
        jupyter: has_jupyter.then(|| Service::start(setup, Kind::Jupyter, &warm)).transpose()?,
    };
    let mut contestants = python(setup, &services)?;
    if let Some(node) = &setup.interpreters.node {
        contestants.extend(javascript(node, &services)?);
    }
    let mut fresh: Vec<Contestant> = services.jupyter.iter().map(fresh).collect();
    rehearse(&mut timed(&mut contestants))?;
    for round in 0..setup.effort.rounds {
        take_turns(&mut timed(&mut contestants), round, setup.effort.paced)?;
        // Fresh kernels take longer than a slot of a tick, so they run after the paced subjects.
        fresh.iter_mut().try_for_each(|contestant| contestant.greet(setup.effort.kernels))?;
    }
    contestants.extend(fresh);
    Ok(Section { notes: setup.interpreters.missing(), ..section(&Field(&contestants), hits(&services.warm.client())?) })
}

fn python(setup: &Setup, services: &Services<'_>) -> Result<Vec<Contestant>> {
    let bare = &setup.interpreters.python.path;
    let of = |name, subject| Contestant::new(name, PYTHON, subject);
    let mut all = vec![
        of(BARE, Box::new(Bare::new(bare, &PYTHON)?)),
        of(FLASK, Box::new(Http::new(services.flask.client(), PYTHON))),
        of(COLD, Box::new(Http::new(services.cold.client(), PYTHON))),
        of(WARM, Box::new(Http::new(services.warm.client(), PYTHON))),
        of(FLOOR, Box::new(Released::new(bare, &PYTHON)?)),
        of(NULL, Box::new(Http::new(Client::new(setup.null_port), PYTHON))),
    ];
    if let Some(jupyter) = &services.jupyter {
        all.push(of(WARM_KERNEL, Box::new(WarmKernel(Kernel::start(jupyter.port())?))));
    }
    Ok(all)
}

fn javascript(node: &Interpreter, services: &Services<'_>) -> Result<[Contestant; 4]> {
    let of = |name, subject| Contestant::new(name, JAVASCRIPT, subject);
    Ok([
        of(BARE, Box::new(Bare::new(&node.path, &JAVASCRIPT)?)),
        of(COLD, Box::new(Http::new(services.cold.client(), JAVASCRIPT))),
        of(WARM, Box::new(Http::new(services.warm.client(), JAVASCRIPT))),
        of(FLOOR, Box::new(Released::new(&node.path, &JAVASCRIPT)?)),
    ])
}

fn fresh(jupyter: &Service<'_>) -> Contestant {
    Contestant::new(FRESH_KERNEL, PYTHON, Box::new(FreshKernel(jupyter.port())))
}

impl Contestant {
    fn new(name: &'static str, greeting: Greeting, subject: Box<dyn Subject>) -> Self {
        Self { name, language: greeting.language, subject, series: Series::default() }
    }

    /// Runs all greetings of a round without a pause.
    fn greet(&mut self, count: usize) -> Result<()> {
        self.series.start_round();
        (0..count).try_for_each(|_| self.subject.greet().map(|took| self.series.add(took)))
    }

    fn timed(&mut self) -> Timed<'_> {
        (&mut *self.subject, &mut self.series)
    }

    fn figure(&self, bare: Option<&Self>) -> Figure {
        let to_bare = bare.map(|bare| ratio(format!("{} ÷ bare", self.name), &self.series, &bare.series));
        Figure { to_bare, ..self.series.figure(self.name, self.language) }
    }
}

/// The contestants in the form that the pace takes.
fn timed(contestants: &mut [Contestant]) -> Vec<Timed<'_>> {
    contestants.iter_mut().map(Contestant::timed).collect()
}

/// All subjects with their times.
struct Field<'a>(&'a [Contestant]);

impl Field<'_> {
    fn find(&self, name: &str, language: &str) -> Option<&Contestant> {
        self.0.iter().find(|contestant| contestant.name == name && contestant.language == language)
    }

    fn compare(&self, language: &str, above: &str, below: &str) -> Option<Ratio> {
        let (above, below) = (self.find(above, language)?, self.find(below, language)?);
        Some(ratio(format!("{} ÷ {}, {language}", above.name, below.name), &above.series, &below.series))
    }

    fn ratios(&self) -> Vec<Ratio> {
        let each = LANGUAGES.iter().flat_map(|language| PAIRS.iter().map(move |pair| (language, pair)));
        each.filter_map(|(language, (above, below))| self.compare(language, above, below)).collect()
    }

    fn figures(&self) -> Vec<Figure> {
        self.0.iter().map(|contestant| contestant.figure(self.find(BARE, contestant.language))).collect()
    }

    fn targets(&self) -> Vec<Target> {
        let [python, javascript] = LANGUAGES;
        let limits = [(python, BARE, 0.5), (python, FLASK, 0.3), (javascript, BARE, 0.25)];
        let ratios = limits.iter().filter_map(|(language, below, limit)| {
            let ratio = self.compare(language, WARM, below)?;
            Some(Target::at_most(&format!("at p50, {}", ratio.name), ratio.value, *limit, ""))
        });
        let evenness = LANGUAGES.iter().filter_map(|language| {
            let Summary { p50, p99, .. } = self.find(WARM, language)?.figure(None).summary();
            Some(Target::at_most(&format!("{WARM}, p99 ÷ p50, {language}"), p99 / p50, 3.0, ""))
        });
        ratios.chain(evenness).collect()
    }
}

fn section(field: &Field<'_>, hits: f64) -> Section {
    let mut figures = field.figures();
    figures.push(Figure::new(WARM, "programs that found one waiting", "%", vec![hits]));
    Section { figures, ratios: field.ratios(), targets: field.targets(), ..Section::default() }
}
