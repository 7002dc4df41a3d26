//! The key each object gets in the file: the one it is known by, the one of its mark, or one made of its name.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::select::Selection;
use super::{Known, Request};
use crate::billing::plan::account::{Object, Owner};
use crate::billing::plan::kind::{Address, Kind};

/// The longest key that is made of a name.
const MAX_SLUG: usize = 40;

/// The addresses of objects, by kind and id.
pub type Addresses = BTreeMap<(Kind, String), Address>;

/// Gives every chosen object its address. Nothing is given twice, nor what `reserved` holds.
pub fn addresses(
    request: &Request<'_>,
    known: &Known,
    reserved: &[Address],
    selection: &Selection<'_>,
) -> Addresses {
    let mut giver = Giver {
        request,
        addresses: Addresses::new(),
        taken: reserved.iter().chain(known.values()).cloned().collect(),
    };
    // A price's key begins with its product's.
    let order = [
        Kind::Meter,
        Kind::Feature,
        Kind::TaxRate,
        Kind::Product,
        Kind::Price,
        Kind::Coupon,
        Kind::PromotionCode,
        Kind::Portal,
        Kind::WebhookEndpoint,
    ];
    for kind in order {
        let mut rest = Vec::new();
        for object in selection.of(kind) {
            match known.get(&(kind, object.id.clone())) {
                Some(address) => giver.give(object, address.clone()),
                None => rest.push(*object),
            }
        }
        // Of two with the same mark the active one has the better right, then the newer.
        let mut by_right = rest.clone();
        by_right.sort_by_key(|object| (!object.active, std::cmp::Reverse(object.created)));
        let marked: HashSet<&str> = by_right
            .into_iter()
            .filter(|object| giver.by_mark(object))
            .map(|object| object.id.as_str())
            .collect();
        rest.retain(|object| !marked.contains(object.id.as_str()));
        rest.sort_by_key(|object| (!giver.is_default_price(object), object.created));
        for object in rest {
            giver.by_name(object);
        }
    }
    giver.addresses
}

struct Giver<'r, 'a> {
    request: &'r Request<'a>,
    addresses: Addresses,
    taken: HashSet<Address>,
}

impl Giver<'_, '_> {
    fn give(&mut self, object: &Object, address: Address) {
        self.taken.insert(address.clone());
        self.addresses.insert((object.kind, object.id.clone()), address);
    }

    /// Gives the key of the object's own mark, if it is one that the file can have.
    fn by_mark(&mut self, object: &Object) -> bool {
        let Owner::Project { project, key } = object.owner() else { return false };
        if project != self.request.project {
            return false;
        }
        let valid = match object.kind {
            Kind::Price => key.split_once('.').is_some_and(|(product, key)| {
                self.product(object).is_some_and(|address| address.key == product) && is_key(object.kind, key)
            }),
            kind => is_key(kind, key),
        };
        let address = Address::new(object.kind, key);
        if !valid || self.taken.contains(&address) {
            return false;
        }
        self.give(object, address);
        true
    }

    fn by_name(&mut self, object: &Object) {
        let prefix = match object.kind {
            Kind::Price => match self.product(object) {
                Some(product) => format!("{}.", product.key),
                None => return,
            },
            _ => String::new(),
        };
        let candidates = self.candidates(object);
        let numbered = |number: usize| {
            let name = candidates.first().map_or("", String::as_str);
            let sign = if object.kind == Kind::PromotionCode { '-' } else { '_' };
            format!("{name}{sign}{number}")
        };
        let keys = candidates.iter().cloned().chain((2..).map(numbered));
        let mut addresses = keys.map(|key| Address::new(object.kind, format!("{prefix}{key}")));
        if let Some(address) = addresses.find(|address| !self.taken.contains(address)) {
            self.give(object, address);
        }
    }

    /// The address of a price's product.
    fn product(&self, price: &Object) -> Option<&Address> {
        let product = price.json.get("product")?;
        let id = product.as_str().or_else(|| product.get("id")?.as_str())?;
        self.addresses.get(&(Kind::Product, id.to_owned()))
    }

    fn is_default_price(&self, object: &Object) -> bool {
        let product = object.json.get("product").and_then(Value::as_str);
        let product = product.and_then(|id| self.request.account.object(Kind::Product, id));
        let default = product.and_then(|product| product.json.get("default_price")?.as_str());
        object.kind == Kind::Price && default == Some(&object.id)
    }

    /// Keys for an object, the best first; never none.
    fn candidates(&self, object: &Object) -> Vec<String> {
        let text = |path: &str| object.json.pointer(path).and_then(Value::as_str).unwrap_or_default();
        let candidates = match object.kind {
            Kind::Meter => vec![as_key(object.kind, text("/event_name"))],
            Kind::Feature => vec![as_key(object.kind, text("/lookup_key")), slug(text("/name"))],
            Kind::TaxRate => {
                let name = text("/display_name");
                let place =
                    if text("/jurisdiction").is_empty() { text("/country") } else { text("/jurisdiction") };
                vec![slug(&format!("{name} {place}"))]
            }
            Kind::Product => vec![slug(text("/name")), slug(&object.id)],
            Kind::Price => self.price_candidates(object),
            // An id of eight letters and digits may be Stripe's: the name says more.
            Kind::Coupon if object.id.len() == 8 => {
                vec![slug(text("/name")), as_key(object.kind, &object.id)]
            }
            Kind::Coupon => vec![as_key(object.kind, &object.id)],
            Kind::PromotionCode => vec![as_key(object.kind, text("/code"))],
            Kind::Portal => {
                let default = object.json.get("is_default").and_then(Value::as_bool) == Some(true);
                let name = slug(text("/name"));
                vec![name, if default { "default".to_owned() } else { "portal".to_owned() }]
            }
            Kind::WebhookEndpoint => vec![slug(host(text("/url")))],
            Kind::ProductFeature => Vec::new(),
        };
        let candidates: Vec<String> = candidates.into_iter().filter(|key| !key.is_empty()).collect();
        if candidates.is_empty() { vec![slug(object.kind.name())] } else { candidates }
    }

    /// `monthly`, `messages` for what a meter counts, `monthly_eur` beside another monthly price.
    fn price_candidates(&self, price: &Object) -> Vec<String> {
        let text = |path: &str| price.json.pointer(path).and_then(Value::as_str).unwrap_or_default();
        let nickname = slug(text("/nickname"));
        let meter = self.addresses.get(&(Kind::Meter, text("/recurring/meter").to_owned()));
        let count = price.json.pointer("/recurring/interval_count").and_then(Value::as_i64).unwrap_or(1);
        let interval = match (text("/recurring/interval"), count) {
            ("day", 1) => "daily".to_owned(),
            ("week", 1) => "weekly".to_owned(),
            ("month", 1) => "monthly".to_owned(),
            ("month", 3) => "quarterly".to_owned(),
            ("month", 6) => "half_yearly".to_owned(),
            ("year", 1) => "yearly".to_owned(),
            ("", _) => "once".to_owned(),
            (interval, count) => format!("every_{count}_{interval}s"),
        };
        let base = meter.map_or(interval, |meter| meter.key.clone());
        let with_currency = format!("{base}_{}", text("/currency"));
        vec![nickname, base, with_currency]
    }
}

fn host(url: &str) -> &str {
    let after = url.split_once("://").map_or(url, |(_, after)| after);
    after.split(['/', ':', '?']).next().unwrap_or_default()
}

/// Whether a text can be a key of the file.
fn is_key(kind: Kind, key: &str) -> bool {
    let upper = matches!(kind, Kind::Coupon | Kind::PromotionCode);
    let allowed = |byte: u8| {
        byte.is_ascii_lowercase()
            || byte.is_ascii_digit()
            || matches!(byte, b'_' | b'-')
            || (upper && byte.is_ascii_uppercase())
    };
    !key.is_empty() && key.len() <= 100 && key.bytes().all(allowed)
}

/// An id, a code or a lookup key as it is, where it can be a key.
fn as_key(kind: Kind, text: &str) -> String {
    if is_key(kind, text) { text.to_owned() } else { slug(text) }
}

/// A name as a key: `Pro (2024)` becomes `pro_2024`.
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.chars().flat_map(char::to_lowercase) {
        match (letter, plain(letter)) {
            ('a'..='z' | '0'..='9', _) => slug.push(letter),
            (_, Some(plain)) => slug.push_str(plain),
            ('-', None) if !slug.is_empty() => slug.push('-'),
            (_, None) if slug.ends_with('_') || slug.is_empty() => {}
            (_, None) => slug.push('_'),
        }
    }
    slug.truncate(MAX_SLUG);
    slug.trim_end_matches(['_', '-']).to_owned()
}

/// A Latin letter without its accent.
fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'à'..='å' => "a",
        'æ' => "ae",
        'ç' => "c",
        'è'..='ë' => "e",
        'ì'..='ï' => "i",
        'ñ' => "n",
        'ò'..='ö' | 'ø' => "o",
        'œ' => "oe",
        'ß' => "ss",
        'ù'..='ü' => "u",
        'ý' | 'ÿ' => "y",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, key: &str) {
        assert_eq!(slug(name), key, "{name}");
    }

    #[test]
    fn names_become_keys() {
        check("Pro (2024)", "pro_2024");
        check("  Größe & more!", "grosse_more");
        check("pay-as-you-go", "pay-as-you-go");
        check("漢字", "");
        check("--x--", "x");
        check(&"long name ".repeat(10), "long_name_long_name_long_name_long_name");
    }
}
