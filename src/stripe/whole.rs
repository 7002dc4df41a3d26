//! Lists within an object: Stripe shows their first elements, and the rest at the list's own address.

use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::error::StripeError;
use super::reader::Reader;

/// A list within an object that goes on elsewhere.
#[derive(Debug, PartialEq)]
struct Cut {
    field: String,
    path: String,
    /// What its address asks for, and behind which element.
    params: Map<String, Value>,
}

impl Reader {
    /// Reads the rest of the lists within an object, such as the lines of an invoice from the eleventh on. A list that Stripe
    /// refuses to show further stays as it is, and says that there is more.
    ///
    /// # Errors
    /// [`StripeError`].
    pub(super) async fn complete(&self, object: &mut Value) -> Result<(), StripeError> {
        for Cut { field, path, params } in cut_lists(object) {
            let rest = match self.list(&path, &Value::Object(params)).await {
                Ok(rest) => rest,
                Err(error) if error.api().is_some_and(|api| matches!(api.status, 400 | 403 | 404)) => {
                    continue;
                }
                Err(error) => return Err(error),
            };
            if let Some(Value::Array(elements)) = object.pointer_mut(&format!("/{field}/data")) {
                elements.extend(rest);
                object[field]["has_more"] = json!(false);
            }
        }
        Ok(())
    }
}

fn cut_lists(object: &Value) -> Vec<Cut> {
    let fields = object.as_object().into_iter().flatten();
    fields.filter_map(|(field, list)| cut(field, list)).collect()
}

fn cut(field: &str, list: &Value) -> Option<Cut> {
    if list.get("object")? != "list" || list.get("has_more")? != true {
        return None;
    }
    let last = list.get("data")?.as_array()?.last()?.get("id")?.as_str()?;
    let url = list.get("url")?.as_str()?;
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    // Another host must not get the key, so what is followed has none.
    let path = path.starts_with("/v1/").then(|| path.to_owned())?;
    let asked = form_urlencoded::parse(query.as_bytes());
    let mut params: Map<String, Value> =
        asked.map(|(name, value)| (name.into_owned(), Value::from(value))).collect();
    params.insert("starting_after".to_owned(), json!(last));
    Some(Cut { field: field.to_owned(), path, params })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lists_that_go_on_are_read_further() {
        let list = |has_more: bool, url: &str| json!({"object": "list", "data": [{"id": "a"}, {"id": "b"}], "has_more": has_more, "url": url});
        let object = json!({
            "id": "in_1",
            "lines": list(true, "/v1/invoices/in_1/lines"),
            "items": list(true, "/v1/subscription_items?subscription=sub_1"),
            "payments": list(false, "/v1/invoice_payments"),
            "elsewhere": list(true, "https://example.com/v1/x"),
            "empty": {"object": "list", "data": [], "has_more": true, "url": "/v1/x"},
        });
        let found: Vec<(String, String, Value)> = cut_lists(&object)
            .into_iter()
            .map(|cut| (cut.field, cut.path, Value::Object(cut.params)))
            .collect();
        let items = json!({"starting_after": "b", "subscription": "sub_1"});
        assert_eq!(
            found,
            [
                ("lines".to_owned(), "/v1/invoices/in_1/lines".to_owned(), json!({"starting_after": "b"})),
                ("items".to_owned(), "/v1/subscription_items".to_owned(), items),
            ]
        );
    }
}
