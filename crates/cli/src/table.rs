//! Rows in aligned columns.

/// Lays `rows` out in columns two spaces apart; the last column is not padded.
pub(crate) fn align<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let widths: Vec<usize> =
        (0..N).map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)).collect();
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn line(row: &[String], widths: &[usize]) -> String {
    let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
    cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_line_up() {
        let rows = [["a".to_owned(), "bc".to_owned()], ["ünï".to_owned(), "d".to_owned()]];
        assert_eq!(super::align(&rows), ["a    bc", "ünï  d"]);
    }
}
