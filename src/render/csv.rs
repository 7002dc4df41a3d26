//! Rows as CSV: nested objects become dotted columns, lists stay JSON.

use serde_json::Value;

/// Writes a header of all columns in the order in which rows first have them, then the rows.
pub(super) fn write(rows: &[Value]) -> anyhow::Result<String> {
    let rows: Vec<Vec<(String, String)>> = rows.iter().map(flatten).collect();
    let mut columns: Vec<&str> = Vec::new();
    for (name, _) in rows.iter().flatten() {
        if !columns.contains(&name.as_str()) {
            columns.push(name);
        }
    }
    if columns.is_empty() {
        return Ok(String::new());
    }
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer.write_record(&columns)?;
    for row in &rows {
        writer.write_record(columns.iter().map(|column| {
            row.iter().find(|(name, _)| name == column).map_or("", |(_, value)| value.as_str())
        }))?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

fn flatten(row: &Value) -> Vec<(String, String)> {
    let mut cells = Vec::new();
    push(&mut cells, String::new(), row);
    cells
}

fn push(cells: &mut Vec<(String, String)>, name: String, value: &Value) {
    let text = match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                let name = if name.is_empty() { field.clone() } else { format!("{name}.{field}") };
                push(cells, name, value);
            }
            return;
        }
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => value.to_string(),
    };
    cells.push((if name.is_empty() { "value".to_owned() } else { name }, text));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nested_values_become_dotted_columns() {
        let rows = [
            json!({"id": "price_1", "amount": {"amount": 4900, "currency": "usd"}, "tags": ["a", "b"]}),
            json!({"id": "price_2", "note": "one, \"two\"", "amount": null}),
        ];
        assert_eq!(
            write(&rows).unwrap(),
            "id,amount.amount,amount.currency,tags,note,amount\n\
             price_1,4900,usd,\"[\"\"a\"\",\"\"b\"\"]\",,\n\
             price_2,,,,\"one, \"\"two\"\"\",\n"
        );
    }

    #[test]
    fn no_rows_give_no_text() {
        assert_eq!(write(&[]).unwrap(), "");
    }
}
