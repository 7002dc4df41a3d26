//! What a benchmark prints: Markdown, as the documentation quotes it.

/// A table whose columns are as wide as what is in them.
#[derive(Debug)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new<const N: usize>(head: [&str; N]) -> Table {
        Table { rows: vec![head.map(str::to_owned).to_vec()] }
    }

    pub fn row<const N: usize>(&mut self, cells: [&str; N]) {
        self.rows.push(cells.map(str::to_owned).to_vec());
    }

    pub fn print(&self) {
        let width = |column: usize| {
            self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
        };
        for (number, row) in self.rows.iter().enumerate() {
            let cells: Vec<String> = row
                .iter()
                .enumerate()
                .map(|(column, cell)| format!("{cell:<width$}", width = width(column).unwrap_or(0)))
                .collect();
            line(&format!("| {} |", cells.join(" | ")));
            if number == 0 {
                let rules: Vec<String> = cells.iter().map(|cell| "-".repeat(cell.chars().count())).collect();
                line(&format!("| {} |", rules.join(" | ")));
            }
        }
    }
}

/// Prints a line.
#[expect(clippy::print_stdout, reason = "a benchmark's result is what it prints")]
pub fn line(text: &str) {
    println!("{text}");
}

/// Prints a heading.
pub fn heading(text: &str) {
    line(&format!("\n{text}\n"));
}
