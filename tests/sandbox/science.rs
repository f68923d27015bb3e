//! The scientific packages of a virtual environment, in the sandbox.

use serde_json::{Value, json};

use super::MODES;
use crate::harness::{Home, Service, skip};

/// Uses numpy, pandas and matplotlib: computes, writes and reads a table, and draws it.
const PROGRAM: &str = "\
import matplotlib, numpy, pandas
matplotlib.use('agg')
from matplotlib import pyplot
solved = numpy.linalg.solve(numpy.array([[2.0, 0.0], [0.0, 4.0]]), numpy.array([2.0, 8.0]))
print(solved.tolist())
table = pandas.DataFrame({'group': list('aabb'), 'value': range(4)})
table.to_csv('table.csv', index=False)
print(pandas.read_csv('table.csv').groupby('group')['value'].sum().to_dict())
print(pandas.Timestamp('2026-07-01 12:00', tz='UTC').tz_convert('Europe/Berlin').hour)
pyplot.plot(table['value'])
pyplot.title('Größe')
pyplot.savefig('plot.png')
";

#[test]
fn numpy_pandas_and_matplotlib_work() {
    let Ok(python) = std::env::var("RUNTRAY_TEST_VENV") else {
        skip("RUNTRAY_TEST_VENV names no Python with pandas and matplotlib; `cargo xtask test` makes one");
        return;
    };
    for mode in MODES {
        let settings = format!("isolation = \"sandbox\"\n[python]\npath = '{python}'\n");
        let service = Service::start_in_mode(&Home::new(&settings), mode);
        let answer = service.execute(&json!({"code": PROGRAM, "timeout_ms": 60_000}));
        let expected = "[1.0, 2.0]\n{'a': 1, 'b': 5}\n14\n";
        assert_eq!((&answer["status"], &answer["output"]), (&json!("completed"), &json!(expected)), "{mode}: {answer}");
        let files: Vec<&Value> = answer["files"].as_array().expect("a list").iter().map(|file| &file["path"]).collect();
        assert_eq!(files, ["plot.png", "table.csv"], "{mode}: {answer}");
    }
}
