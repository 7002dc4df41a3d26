//! Paths: ids put into them safely, and the route that a path belongs to.

use std::fmt;

use percent_encoding::utf8_percent_encode;

use super::form::ESCAPED;

/// An id as one segment of a path: `format!("/v1/products/{}", segment(id))`.
///
/// Product and coupon ids are chosen by people and may hold anything, a slash included.
pub fn segment(id: &str) -> impl fmt::Display + '_ {
    utf8_percent_encode(id, ESCAPED)
}

/// The HTTP methods of Stripe's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    Get,
    Post,
    Delete,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Delete => "DELETE",
        })
    }
}

/// What the emulator has beside Stripe's API: its time, and what a customer's bank does.
const EMULATOR: &str = "/_emulator/";

/// Says whether a path goes where it says: under `/v1/`, `/v2/` or the emulator's own, with no empty segment (an empty
/// id would turn "this product" into "all products") and none that a URL resolves away.
pub(super) fn is_sound(path: &str) -> bool {
    let Some(rest) = ["/v1/", "/v2/", EMULATOR].iter().find_map(|start| path.strip_prefix(start)) else {
        return false;
    };
    !rest.contains(['?', '#', '\\'])
        && rest.bytes().all(|byte| byte.is_ascii_graphic())
        && rest.split('/').all(|segment| {
            !matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "" | "." | "..")
        })
}

/// Resources that stand under a namespace: `/v1/billing/meters` is one resource, `/v1/products` another.
const NAMESPACES: [&str; 25] = [
    "apple_pay",
    "apps",
    "billing",
    "billing_portal",
    "checkout",
    "climate",
    "commerce",
    "core",
    "crypto",
    "entitlements",
    "financial_connections",
    "forwarding",
    "identity",
    "issuing",
    "money_management",
    "product_catalog",
    "radar",
    "reporting",
    "sigma",
    "tax",
    "terminal",
    "test_helpers",
    "three_d_secure",
    "treasury",
    "vault",
];

/// Words that stand where an id could: routes of the collection as a whole.
const COLLECTION_WORDS: [&str; 8] = [
    "create_from_calculation",
    "create_preview",
    "create_reversal",
    "delete",
    "find",
    "preview",
    "report_payment",
    "search",
];

/// The route that a path belongs to, its ids replaced: `/v1/products/prod_1/features` is
/// `/v1/products/{}/features`.
///
/// Stripe counts requests by endpoint, and this is its best likeness: after a resource's name, ids and names
/// take turns.
pub(super) fn route(path: &str) -> String {
    let mut route = String::with_capacity(path.len());
    let mut name_is_next = true;
    for (index, segment) in path.trim_start_matches('/').split('/').enumerate() {
        route.push('/');
        let is_collection_word = COLLECTION_WORDS.contains(&segment);
        let is_name = name_is_next || is_collection_word;
        route.push_str(if is_name { segment } else { "{}" });
        // The version comes first, then a name; behind a namespace comes a further name.
        let is_namespace = index == 0 || (name_is_next && NAMESPACES.contains(&segment));
        name_is_next = !is_name || is_namespace || is_collection_word;
    }
    route
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: &str) {
        assert_eq!(route(path), expected);
    }

    #[test]
    fn a_route_has_no_ids() {
        check("/v1/products", "/v1/products");
        check("/v1/products/prod_1", "/v1/products/{}");
        check("/v1/products/pro", "/v1/products/{}");
        check("/v1/products/prod_1/features", "/v1/products/{}/features");
        check("/v1/products/prod_1/features/prodft_1", "/v1/products/{}/features/{}");
        check("/v1/products/search", "/v1/products/search");
        check("/v1/billing/meters", "/v1/billing/meters");
        check("/v1/billing/meters/mtr_1", "/v1/billing/meters/{}");
        check("/v1/billing/meters/mtr_1/deactivate", "/v1/billing/meters/{}/deactivate");
        check("/v1/billing_portal/configurations/bpc_1", "/v1/billing_portal/configurations/{}");
        check("/v1/checkout/sessions/cs_1/line_items", "/v1/checkout/sessions/{}/line_items");
        check("/v1/invoices/create_preview", "/v1/invoices/create_preview");
        check("/v1/account", "/v1/account");
        check("/v2/core/events/evt_1", "/v2/core/events/{}");
        check("/v1/products/billing/features", "/v1/products/{}/features");
        check("/v1/credit_notes/preview/lines", "/v1/credit_notes/preview/lines");
        check("/v1/test_helpers/test_clocks/clock_1/advance", "/v1/test_helpers/test_clocks/{}/advance");
    }

    #[track_caller]
    fn check_sound(path: &str, sound: bool) {
        assert_eq!(is_sound(path), sound, "{path}");
    }

    #[test]
    fn a_path_that_would_go_elsewhere_is_unsound() {
        check_sound("/v1/products", true);
        check_sound("/v1/products/prod%2F1", true);
        check_sound(&format!("/v1/products/{}", segment("a/../b?c#d é")), true);
        check_sound("/v2/core/events", true);
        check_sound(&format!("/v1/products/{}", segment("")), false);
        check_sound(&format!("/v1/products/{}", segment(".")), false);
        check_sound(&format!("/v1/products/{}", segment("..")), false);
        check_sound("/v1/products/%2E%2e", false);
        check_sound("/v1/products/prod_1?expand=x", false);
        check_sound("/v1/products/a b", false);
        check_sound("/v1//products", false);
        check_sound("//evil.example/v1/products", false);
        check_sound("/v3/products", false);
        check_sound("products", false);
    }

    #[test]
    fn an_id_is_one_segment_whatever_it_holds() {
        assert_eq!(segment("prod/1 é").to_string(), "prod%2F1%20%C3%A9");
        assert_eq!(segment("prod_1-a.b~c").to_string(), "prod_1-a.b~c");
    }
}
