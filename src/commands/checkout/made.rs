//! What `checkout create` shows.

use serde_json::{Value, json};

use super::goods::Goods;
use super::json::{self, amount_words, id};
use crate::commands::moment::time;
use crate::render::{Present, Role, Text, View};

/// A session that was made, or a request that would make one.
#[derive(Debug)]
pub struct Made {
    session: Value,
    product: Option<String>,
    price: Option<String>,
    /// It was made before, by the same call.
    again: bool,
    dry_run: bool,
}

impl Made {
    pub fn new(session: Value, again: bool, goods: &Goods) -> Made {
        let Goods { product, price, .. } = goods;
        Made { session, product: product.clone(), price: price.clone(), again, dry_run: false }
    }

    /// For a dry run: the parameters that would be sent.
    pub fn would(params: Value, goods: &Goods) -> Made {
        Made { dry_run: true, ..Made::new(params, false, goods) }
    }

    pub fn url(&self) -> Option<&str> {
        self.session.get("url").and_then(Value::as_str)
    }

    /// `pro, monthly`
    fn goods(&self) -> Option<String> {
        let product = self.product.as_ref()?;
        Some(match &self.price {
            Some(price) => format!("{product}, {price}"),
            None => product.clone(),
        })
    }
}

impl Present for Made {
    fn json(&self) -> Value {
        let Made { session, product, price, again, dry_run } = self;
        if *dry_run {
            return json!({"dry_run": true, "request": {"path": "/v1/checkout/sessions", "params": session}});
        }
        let mut json = json::json(session);
        json["product"] = json!(product);
        json["price"] = json!(price);
        json["made_before"] = json!(again);
        json
    }

    fn view(&self) -> View {
        let text = |name: &str| self.session.get(name).and_then(Value::as_str);
        if self.dry_run {
            let request = serde_json::to_string_pretty(&self.session).unwrap_or_default();
            return View::new().line("Would send POST /v1/checkout/sessions with").line(request);
        }
        let view = match self.url() {
            Some(url) => View::new().line(Text::new(Role::Strong, url)),
            None => View::new()
                .line(format!("It is {} and has no link any more", text("status").unwrap_or("over"))),
        };
        let mut fields = vec![("session", Text::from(text("id").unwrap_or_default()))];
        let customer = id(&self.session, "customer").unwrap_or_default();
        let subject = text("client_reference_id").unwrap_or_default();
        fields.push(("customer", Text::from(format!("{customer} ({subject})"))));
        if let Some(goods) = self.goods() {
            fields.push(("for", Text::from(goods)));
        }
        fields.push(("to pay", Text::from(amount_words(&self.session))));
        if let Some(expires) = self.session.get("expires_at").and_then(Value::as_i64) {
            fields.push(("good until", Text::from(time(expires))));
        }
        let view = view.fields(fields);
        match self.again {
            true => view.line(Text::new(Role::Hint, "Made before, by the same call with the same key")),
            false => view,
        }
    }
}
