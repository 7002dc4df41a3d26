//! The typed tables: their columns, and what is read into them.

use billctl::billing::projection::tables;
use rusqlite::Connection;

use super::world::World;

#[test]
fn every_table_has_the_columns_that_are_written_to_it() {
    let world = World::new();
    let connection = Connection::open(world.mirror.path()).unwrap();
    let mut seen = 0;
    for table in
        tables().flat_map(|table| std::iter::once(table).chain(table.parts.iter().map(|part| part.table)))
    {
        if table.columns.is_empty() {
            continue;
        }
        let found: Vec<String> = connection
            .prepare("SELECT name FROM pragma_table_info(?1)")
            .unwrap()
            .query_map([table.name], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let expected: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        assert_eq!(found, expected, "{}", table.name);
        seen += 1;
    }
    assert!(seen > 20, "only {seen} tables were found");
}
