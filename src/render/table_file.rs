//! Rows → a file that other programs read: CSV, JSON lines or Parquet, a batch at a time.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use serde_json::{Map, Value};

use crate::billing::projection::Cell;

/// How a table is written to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// A header and a line a row; what there is none of is empty.
    Csv,
    /// A JSON object a line.
    Jsonl,
    /// Apache Parquet: columns are 64-bit integers and UTF-8 text, all optional.
    Parquet,
}

impl FileFormat {
    /// What a file's name ends with.
    pub fn extension(self) -> &'static str {
        match self {
            FileFormat::Csv => "csv",
            FileFormat::Jsonl => "jsonl",
            FileFormat::Parquet => "parquet",
        }
    }
}

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileColumn {
    pub name: String,
    /// 64-bit integers; else text.
    pub is_integer: bool,
}

/// A table that is being written. It is whole after [`TableFile::finish`] only.
pub enum TableFile<W: Write + Send> {
    Csv(Box<csv::Writer<W>>),
    Jsonl(W, Vec<FileColumn>),
    Parquet(Box<SerializedFileWriter<W>>),
}

impl<W: Write + Send> std::fmt::Debug for TableFile<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            TableFile::Csv(_) => "TableFile::Csv",
            TableFile::Jsonl(..) => "TableFile::Jsonl",
            TableFile::Parquet(_) => "TableFile::Parquet",
        })
    }
}

impl<W: Write + Send> TableFile<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn begin(format: FileFormat, columns: &[FileColumn], to: W) -> anyhow::Result<TableFile<W>> {
        Ok(match format {
            FileFormat::Csv => {
                let mut writer = csv::Writer::from_writer(to);
                writer.write_record(columns.iter().map(|column| &column.name))?;
                TableFile::Csv(Box::new(writer))
            }
            FileFormat::Jsonl => TableFile::Jsonl(to, columns.to_vec()),
            FileFormat::Parquet => {
                let fields = columns.iter().map(|column| field(column).map(Arc::new));
                let schema =
                    Type::group_type_builder("row").with_fields(fields.collect::<Result<_, _>>()?).build()?;
                let properties = WriterProperties::builder().set_created_by("billctl".to_owned()).build();
                let writer = SerializedFileWriter::new(to, Arc::new(schema), Arc::new(properties))?;
                TableFile::Parquet(Box::new(writer))
            }
        })
    }

    /// Adds rows, with a cell for each column; of a Parquet file they are a row group.
    ///
    /// # Errors
    /// If they can't be written.
    pub fn add(&mut self, rows: &[Vec<Cell>]) -> anyhow::Result<()> {
        match self {
            TableFile::Csv(writer) => {
                for row in rows {
                    writer.write_record(row.iter().map(text))?;
                }
            }
            TableFile::Jsonl(to, columns) => {
                for row in rows {
                    let fields: Map<String, Value> = columns
                        .iter()
                        .zip(row)
                        .map(|(column, cell)| (column.name.clone(), json(cell)))
                        .collect();
                    serde_json::to_writer(&mut *to, &fields)?;
                    to.write_all(b"\n")?;
                }
            }
            TableFile::Parquet(writer) => add_row_group(writer, rows)?,
        }
        Ok(())
    }

    /// Writes what is left, and hands back what was written to.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn finish(self) -> anyhow::Result<W> {
        Ok(match self {
            TableFile::Csv(writer) => writer.into_inner().map_err(|error| error.into_error())?,
            TableFile::Jsonl(to, _) => to,
            TableFile::Parquet(writer) => writer.into_inner()?,
        })
    }
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Integer(number) => number.to_string(),
        Cell::Text(text) => text.clone(),
    }
}

fn json(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Integer(number) => Value::from(*number),
        Cell::Text(text) => Value::from(text.as_str()),
    }
}

fn field(column: &FileColumn) -> parquet::errors::Result<Type> {
    let physical = if column.is_integer { Physical::INT64 } else { Physical::BYTE_ARRAY };
    Type::primitive_type_builder(&column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type((!column.is_integer).then_some(LogicalType::String))
        .build()
}

fn add_row_group<W: Write + Send>(
    writer: &mut SerializedFileWriter<W>,
    rows: &[Vec<Cell>],
) -> parquet::errors::Result<()> {
    let mut group = writer.next_row_group()?;
    let mut index = 0;
    while let Some(mut column) = group.next_column()? {
        let cells = || rows.iter().filter_map(|row| row.get(index));
        // 1 where there is a value, 0 where there is none.
        let defined: Vec<i16> = cells().map(|cell| i16::from(*cell != Cell::Null)).collect();
        match column.untyped() {
            ColumnWriter::Int64ColumnWriter(writer) => {
                let numbers: Vec<i64> = cells()
                    .filter_map(|cell| if let Cell::Integer(number) = cell { Some(*number) } else { None })
                    .collect();
                writer.write_batch(&numbers, Some(&defined), None)?;
            }
            ColumnWriter::ByteArrayColumnWriter(writer) => {
                let texts: Vec<ByteArray> = cells()
                    .filter_map(|cell| {
                        if let Cell::Text(text) = cell { Some(ByteArray::from(text.as_str())) } else { None }
                    })
                    .collect();
                writer.write_batch(&texts, Some(&defined), None)?;
            }
            _ => unreachable!("columns are integers or text"),
        }
        column.close()?;
        index += 1;
    }
    group.close().map(|_| ())
}

#[cfg(test)]
mod tests {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};

    use super::*;

    fn written(format: FileFormat) -> Vec<u8> {
        let columns = [("id", false), ("amount", true)]
            .map(|(name, is_integer)| FileColumn { name: name.to_owned(), is_integer });
        let mut file = TableFile::begin(format, &columns, Vec::new()).unwrap();
        file.add(&[vec![Cell::Text("a, \"b\"".to_owned()), Cell::Integer(-5)]]).unwrap();
        file.add(&[vec![Cell::Null, Cell::Null], vec![Cell::Text("ü".to_owned()), Cell::Integer(i64::MAX)]])
            .unwrap();
        file.finish().unwrap()
    }

    #[test]
    fn csv_and_json_lines_hold_every_value() {
        let csv = "id,amount\n\"a, \"\"b\"\"\",-5\n,\nü,9223372036854775807\n";
        assert_eq!(String::from_utf8(written(FileFormat::Csv)).unwrap(), csv);
        let jsonl = "{\"id\":\"a, \\\"b\\\"\",\"amount\":-5}\n{\"id\":null,\"amount\":null}\n\
                     {\"id\":\"ü\",\"amount\":9223372036854775807}\n";
        assert_eq!(String::from_utf8(written(FileFormat::Jsonl)).unwrap(), jsonl);
    }

    #[test]
    fn parquet_holds_every_value() {
        let reader = SerializedFileReader::new(bytes_of(written(FileFormat::Parquet))).unwrap();
        let rows: Vec<String> =
            reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
        assert_eq!(
            rows,
            [
                "{id: \"a, \"b\"\", amount: -5}",
                "{id: null, amount: null}",
                "{id: \"ü\", amount: 9223372036854775807}"
            ]
        );
    }

    /// The reader wants a file.
    fn bytes_of(bytes: Vec<u8>) -> std::fs::File {
        use std::io::{Seek as _, SeekFrom};
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        file
    }
}
