//! The report as Markdown tables.

use std::fmt;

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};

use crate::machine::Machine;
use crate::report::{Difference, Figure, Report, Section, Target};
use crate::statistics::{Ratio, Summary};

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.machine)?;
        if self.quick {
            writeln!(
                f,
                "This was a quick run: it shows that everything can be measured. Its figures are not to be relied on."
            )?;
        }
        self.sections.iter().try_for_each(|section| writeln!(f, "\n{section}"))?;
        let targets: Vec<&Target> = self.sections.iter().flat_map(|section| &section.targets).collect();
        if targets.is_empty() { Ok(()) } else { writeln!(f, "\n## Targets\n{}", of_targets(&targets)) }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { date, cores, processor, kernel, programs, load } = self;
        writeln!(f, "{date}, {cores} × {processor}, {kernel}, load {load}")?;
        write!(f, "{}", programs.join(", "))
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "## {}\n{}", self.title, of_figures(&self.figures))?;
        if !self.ratios.is_empty() {
            write!(f, "\n\n{}", of_ratios(&self.ratios))?;
        }
        if !self.differences.is_empty() {
            write!(f, "\n\n{}", of_differences(&self.differences))?;
        }
        self.notes.iter().try_for_each(|note| write!(f, "\n\n{note}"))
    }
}

fn of_figures(figures: &[Figure]) -> Table {
    let compared = figures.iter().any(|figure| figure.to_bare.is_some());
    let mut header = vec!["subject", "what", "unit", "samples", "p50", "p95", "p99", "min", "max"];
    header.extend(if compared { ["p99 ÷ p50", "÷ bare"].as_slice() } else { &[] });
    let mut table = table(&header, 3);
    for figure in figures {
        table.add_row(row(figure, compared));
    }
    table
}

fn row(figure: &Figure, compared: bool) -> Vec<String> {
    let Summary { count, p50, p95, p99, min, max, .. } = figure.summary();
    let mut row = vec![figure.subject.clone(), figure.what.clone(), figure.unit.to_owned(), count.to_string()];
    row.extend([p50, p95, p99, min, max].map(short));
    if compared {
        let ratios =
            figure.to_bare.as_ref().map(|to_bare| [p99 / p50, to_bare.value].map(|ratio| format!("{ratio:.2}")));
        row.extend(ratios.unwrap_or_default());
    }
    row
}

fn of_ratios(ratios: &[Ratio]) -> Table {
    let mut table = table(&["ratio", "median of rounds", "lowest", "highest"], 1);
    for Ratio { name, value, low, high } in ratios {
        table.add_row([name.clone(), format!("{value:.2}"), format!("{low:.2}"), format!("{high:.2}")]);
    }
    table
}

fn of_differences(differences: &[Difference]) -> Table {
    let mut table = table(&["difference", "unit", "at p50", "at p99"], 2);
    for Difference { name, unit, p50, p99 } in differences {
        table.add_row([name.clone(), (*unit).to_owned(), short(*p50), short(*p99)]);
    }
    table
}

fn of_targets(targets: &[&Target]) -> Table {
    let mut table = table(&["target", "measured", ""], 3);
    for Target { target, measured, met } in targets {
        table.add_row([target.as_str(), measured, if *met { "met" } else { "not met" }]);
    }
    table
}

/// A table in Markdown. Its first `texts` columns are text, the others numbers.
fn table(header: &[&str], texts: usize) -> Table {
    let mut table = Table::new();
    table.load_preset(ASCII_MARKDOWN).set_header(header);
    table.column_iter_mut().skip(texts).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    table
}

/// A number with three significant digits.
fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn numbers_keep_three_digits() {
        for (value, expected) in [(0.0, "0.000"), (0.0624, "0.062"), (4.118, "4.12"), (15.26, "15.3"), (1024.4, "1024")]
        {
            assert_eq!(short(value), expected);
        }
    }
}
