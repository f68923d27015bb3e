//! The science pack beside an own Python with the same packages.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Result;

use super::{pace, ratio};
use crate::environment;
use crate::report::{Section, Target};
use crate::service::{Home, Kind, Service};
use crate::setup::Setup;
use crate::subject::{Bare, Greeting, Http};

/// Names the folder of packages that the pack was added to.
const PACK: &str = "RUNTRAY_BENCH_SCIENCE";
/// Names a Python with numpy and pandas; without it, the Python of the other experiments is used.
const OWN: &str = "RUNTRAY_BENCH_SCIENCE_PYTHON";

/// A small table, described.
const TABLE: Greeting = Greeting {
    language: "python",
    entry: "main.py",
    code: "import numpy, pandas\n\
           table = pandas.DataFrame({'value': numpy.arange(1000.0)}).describe()\n\
           print('hi' if table.loc['mean', 'value'] == 499.5 else table)\n",
};

/// Measures the table in a Python of the pack that waits, over HTTP, and in the bare own Python; or says why not.
pub(super) fn measure(setup: &Setup) -> Result<Section> {
    let own = env::var_os(OWN).map_or_else(|| setup.interpreters.python.path.clone(), PathBuf::from);
    let pack = env::var_os(PACK).map(PathBuf::from).filter(|folder| folder.join("lock.json").is_file());
    let lack = match &pack {
        None => Some(format!("{PACK} names no folder of packages with the science pack")),
        Some(_) if !has_packages(&own) => {
            Some(format!("{} has no numpy and pandas; {OWN} names another", own.display()))
        }
        Some(_) => None,
    };
    let (Some(pack), None) = (pack, &lack) else {
        let lack = lack.unwrap_or_default();
        eprintln!("not measured: {lack}");
        return Ok(Section { notes: vec![format!("Not measured: {lack}.")], ..Section::default() });
    };
    let home = Home::new(setup, Kind::Science)?;
    home.link("packages", &pack)?;
    let service = Service::start(setup, Kind::Science, &home)?;
    let (mut bare, mut science) = (Bare::new(&own, &TABLE)?, Http::new(service.client(), TABLE));
    let [native, waiting] = pace::alternate(setup, [&mut bare, &mut science])?;
    let ratio = ratio("science pack ÷ bare, warm", &waiting, &native);
    Ok(Section {
        figures: vec![
            native.figure("bare python with numpy and pandas", "DataFrame.describe()"),
            waiting.figure(Kind::Science.name(), "DataFrame.describe()"),
        ],
        targets: vec![Target::at_most("DataFrame.describe() at p50, science pack ÷ bare", ratio.value, 0.25, "")],
        ratios: vec![ratio],
        ..Section::default()
    })
}

fn has_packages(python: &Path) -> bool {
    let mut command = Command::new(python);
    environment::set(&mut command);
    command.args(["-c", "import numpy, pandas"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
