//! `/v1/tax_rates`.

use serde_json::json;

use super::fields::{set, set_metadata};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::Filter;
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::spec::{PAGE, Param, TEXT, Type, emptyable, optional, required};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Post,
        route: "/v1/tax_rates",
        params: &[CREATE],
        answers: Answers::One(Kind::TaxRate),
        handler: create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/tax_rates",
        params: &[LIST, PAGE],
        answers: Answers::Many(Kind::TaxRate),
        handler: list_all,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/tax_rates/{id}",
        params: &[],
        answers: Answers::One(Kind::TaxRate),
        handler: |call, _| call.fetch(Kind::TaxRate).map(Answer::Object),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/tax_rates/{id}",
        params: &[UPDATE],
        answers: Answers::One(Kind::TaxRate),
        handler: update,
    },
];

const DISPLAY_NAME: Type = Type::Text { max: 50 };
const TAX_TYPE: Type = Type::Choice(&[
    "admissions_tax",
    "amusement_tax",
    "attendance_tax",
    "communications_tax",
    "digital_excise_tax",
    "entertainment_tax",
    "get_fund",
    "gross_receipts_tax",
    "gst",
    "hospitality_tax",
    "hst",
    "igst",
    "jct",
    "lease_tax",
    "luxury_tax",
    "mass_transit_parking_tax",
    "nhil",
    "parking_tax",
    "pst",
    "qst",
    "resort_tax",
    "retail_delivery_fee",
    "rst",
    "sales_tax",
    "service_tax",
    "tourism_tax",
    "utility_users_tax",
    "vat",
]);

const CREATE: &[Param] = &[
    required("display_name", DISPLAY_NAME),
    required("inclusive", Type::Flag),
    required("percentage", Type::Percent),
    optional("active", Type::Flag),
    optional("country", Type::Text { max: 2 }),
    optional("description", TEXT),
    optional("jurisdiction", Type::Text { max: 50 }),
    optional("metadata", Type::Metadata),
    optional("state", Type::Text { max: 3 }),
    optional("tax_type", TAX_TYPE),
];

const UPDATE: &[Param] = &[
    optional("active", Type::Flag),
    // Plain text in the SDKs' types; see the note at `/v1/prices`.
    emptyable("country", Type::Text { max: 2 }),
    emptyable("description", TEXT),
    optional("display_name", DISPLAY_NAME),
    emptyable("jurisdiction", Type::Text { max: 50 }),
    optional("metadata", Type::Metadata),
    emptyable("state", Type::Text { max: 3 }),
    optional("tax_type", TAX_TYPE),
];

const LIST: &[Param] =
    &[optional("active", Type::Flag), optional("created", Type::Range), optional("inclusive", Type::Flag)];

fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let mut rate = call.new_object(Kind::TaxRate);
    rate.body = json!({
        "id": rate.id,
        "object": "tax_rate",
        "active": args.or("active", true),
        "country": args.or_null("country"),
        "created": call.now,
        "description": args.or_null("description"),
        "display_name": args.or_null("display_name"),
        "effective_percentage": null,
        "flat_amount": null,
        "inclusive": args.or_null("inclusive"),
        "jurisdiction": args.or_null("jurisdiction"),
        "jurisdiction_level": null,
        "livemode": false,
        "metadata": args.new_metadata(),
        "percentage": args.or_null("percentage"),
        "rate_type": "percentage",
        "state": args.or_null("state"),
        "tax_type": args.or_null("tax_type"),
    });
    call.create(rate).map(Answer::Object)
}

fn update(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::TaxRate)?;
    let mut after = before.clone();
    set(
        &mut after.body,
        args,
        &["active", "country", "description", "display_name", "jurisdiction", "state", "tax_type"],
    );
    set_metadata(&mut after.body, args)?;
    call.update(&before, after).map(Answer::Object)
}

fn list_all(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let filters: Vec<Filter> = [
        list::flag(args, "active", "$.active"),
        list::created(args),
        list::flag(args, "inclusive", "$.inclusive"),
    ]
    .into_iter()
    .flatten()
    .collect();
    list::page(call, args, Kind::TaxRate, &filters)
}
