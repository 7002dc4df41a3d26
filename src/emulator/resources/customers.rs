//! `/v1/customers`.

use serde_json::{Value, json};

use super::fields::{ADDRESS, ADDRESS_FIELDS, complete, set, set_lists, set_metadata};
use super::{customer_balance, customer_methods, payment_methods, subscriptions, test_clocks};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::{Filter, Object};
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::ids;
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::search;
use crate::emulator::spec::{
    COUNT, ID, MAX_AMOUNT, PAGE, Param, SEARCH, TEXT, Type, emptyable, optional, required,
};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Get,
        route: "/v1/customers/search",
        params: &[SEARCH],
        answers: Answers::Many(Kind::Customer),
        handler: |call, args| search::page(call, args, Kind::Customer, FIELDS),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/customers",
        params: &[COMMON, CREATE],
        answers: Answers::One(Kind::Customer),
        handler: create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/customers",
        params: &[LIST, PAGE],
        answers: Answers::Many(Kind::Customer),
        handler: list_all,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/customers/{id}",
        params: &[],
        answers: Answers::One(Kind::Customer),
        handler: retrieve,
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/customers/{id}",
        params: &[COMMON, UPDATE],
        answers: Answers::One(Kind::Customer),
        handler: update,
    },
    Endpoint {
        method: Method::Delete,
        route: "/v1/customers/{id}",
        params: &[],
        answers: Answers::Stub,
        handler: |call, _| {
            let customer = call.fetch(Kind::Customer)?;
            remove(call, &customer)
        },
    },
];

const NAME_150: Type = Type::Text { max: 150 };
const CUSTOM_FIELD: Type =
    Type::Object(&[required("name", Type::Text { max: 40 }), required("value", Type::Text { max: 140 })]);

const INVOICE_SETTINGS: &[Param] = &[
    emptyable("custom_fields", Type::List { of: &CUSTOM_FIELD, max: 4 }),
    emptyable("default_payment_method", ID),
    emptyable("footer", TEXT),
    emptyable("rendering_options", Type::Object(RENDERING_OPTIONS)),
];

const RENDERING_OPTIONS: &[Param] = &[
    emptyable("amount_tax_display", Type::Choice(&["exclude_tax", "include_inclusive_tax"])),
    optional("template", TEXT),
];

/// Descriptive texts are plain in the SDKs' types, and the empty text unsets them all the same.
const COMMON: &[Param] = &[
    emptyable("address", Type::Object(ADDRESS)),
    optional("balance", Type::Integer { min: -MAX_AMOUNT, max: MAX_AMOUNT }),
    emptyable("business_name", NAME_150),
    emptyable("description", TEXT),
    emptyable("email", Type::Text { max: 512 }),
    emptyable("individual_name", NAME_150),
    optional("invoice_prefix", Type::Text { max: 12 }),
    optional("invoice_settings", Type::Object(INVOICE_SETTINGS)),
    optional("metadata", Type::Metadata),
    emptyable("name", Type::Text { max: 256 }),
    optional("next_invoice_sequence", COUNT),
    emptyable("phone", Type::Text { max: 20 }),
    optional("preferred_locales", Type::List { of: &TEXT, max: 50 }),
    emptyable(
        "shipping",
        Type::Object(&[
            required("address", Type::Object(ADDRESS)),
            required("name", TEXT),
            emptyable("phone", TEXT),
        ]),
    ),
    optional("source", ID),
    optional(
        "tax",
        Type::Object(&[
            emptyable("ip_address", TEXT),
            optional("validate_location", Type::Choice(&["auto", "deferred", "immediately"])),
        ]),
    ),
    emptyable("tax_exempt", Type::Choice(&["exempt", "none", "reverse"])),
    optional("validate", Type::Flag),
];

const CREATE: &[Param] = &[optional("payment_method", ID), optional("test_clock", ID)];
const UPDATE: &[Param] = &[optional("default_source", ID)];

const LIST: &[Param] = &[
    optional("created", Type::Range),
    optional("email", Type::Text { max: 512 }),
    optional("test_clock", ID),
];

const FIELDS: &[(&str, search::Field)] = &[
    ("created", search::Field::Number),
    ("email", search::Field::Text),
    ("metadata", search::Field::Exact),
    ("name", search::Field::Text),
    ("phone", search::Field::Text),
];

/// Deletes a customer for good, and ends what it subscribes to.
///
/// # Errors
/// SQLite's.
pub fn remove(call: &mut Call<'_>, customer: &Object) -> Outcome<Answer> {
    subscriptions::cancel_all(call, &customer.id)?;
    for method in call.db.with_key(Kind::PaymentMethod, "customer", &customer.id)? {
        payment_methods::detach(call, &method)?;
    }
    let customer = call.db.get(Kind::Customer, &customer.id)?.unwrap_or_else(|| customer.clone());
    call.delete(&customer)
}

fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    make(call, args).map(Answer::Object)
}

/// Makes a customer from the parameters of its creation.
///
/// # Errors
/// As the request: 400 for what is malformed or names nothing, 402 for a card that can't be saved.
pub fn make(call: &mut Call<'_>, args: &Args) -> Outcome<Object> {
    check(args)?;
    let created = match args.text("test_clock") {
        Some(id) => test_clocks::with_room(call, id, "test_clock")?.body["frozen_time"].clone(),
        None => json!(call.now),
    };
    let mut customer = call.new_object(Kind::Customer);
    let prefix = ids::random_code(8);
    customer.body = json!({
        "id": customer.id,
        "object": "customer",
        "address": null,
        "balance": 0,
        "created": created,
        "currency": null,
        "customer_account": null,
        "default_source": null,
        "delinquent": false,
        "description": null,
        "discount": null,
        "email": null,
        "invoice_prefix": prefix,
        "invoice_settings": {
            "custom_fields": null,
            "default_payment_method": null,
            "footer": null,
            "rendering_options": null,
        },
        "livemode": false,
        "metadata": args.new_metadata(),
        "name": null,
        "next_invoice_sequence": 1,
        "phone": null,
        "preferred_locales": [],
        "shipping": null,
        "tax_exempt": "none",
        "test_clock": args.or_null("test_clock"),
    });
    apply(&mut customer.body, args);
    customer.hidden.insert("tax".to_owned(), tax(args));
    let customer = call.create(customer)?;
    pay(call, customer, args)
}

/// Sets what a stored customer pays with, and what they have to their credit.
fn pay(call: &mut Call<'_>, customer: Object, args: &Args) -> Outcome<Object> {
    let customer = customer_methods::apply(call, customer, args)?;
    customer_balance::adjust(call, customer, args)
}

fn check(args: &Args) -> Result<(), Refusal> {
    if let Some(email) = args.text("email") {
        let valid = email.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !domain.contains('@') && !email.contains(' ')
        });
        if !valid {
            return Err(
                Refusal::parameter("email", format!("Invalid email address: {email}")).code("email_invalid")
            );
        }
    }
    if let Some(prefix) = args.text("invoice_prefix")
        && !prefix.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    {
        let message = "The invoice prefix must consist of 1 to 12 uppercase letters or digits.";
        return Err(Refusal::parameter("invoice_prefix", message));
    }
    Ok(())
}

fn apply(body: &mut Value, args: &Args) {
    const PLAIN: &[&str] = &[
        "description",
        "email",
        "invoice_prefix",
        "name",
        "next_invoice_sequence",
        "phone",
        "preferred_locales",
    ];
    set(body, args, PLAIN);
    set_lists(body, args, &["preferred_locales"]);
    if let Some(address) = args.given("address") {
        body["address"] = whole_address(address);
    }
    if let Some(shipping) = args.given("shipping") {
        body["shipping"] = match shipping {
            Value::Object(_) => json!({
                "address": whole_address(&shipping["address"]),
                "name": shipping["name"],
                "phone": shipping["phone"],
            }),
            _ => Value::Null,
        };
    }
    if args.has("tax_exempt") {
        body["tax_exempt"] = args.or("tax_exempt", "none");
    }
    let settings = args.object("invoice_settings").into_iter().flatten();
    for (field, value) in settings.filter(|(field, _)| *field != "default_payment_method") {
        body["invoice_settings"][field] = match (field.as_str(), value) {
            ("rendering_options", Value::Object(_)) => complete(value, &["amount_tax_display", "template"]),
            _ => value.clone(),
        };
    }
    // These two are left out where they are not set.
    for name in ["business_name", "individual_name"] {
        match (args.given(name), body.as_object_mut()) {
            (Some(Value::Null), Some(fields)) => drop(fields.shift_remove(name)),
            (Some(value), Some(fields)) => drop(fields.insert(name.to_owned(), value.clone())),
            _ => {}
        }
    }
}

fn whole_address(address: &Value) -> Value {
    if address.is_object() { complete(address, &ADDRESS_FIELDS) } else { Value::Null }
}

/// What is known for taxes, shown when expanded.
fn tax(args: &Args) -> Value {
    let given = Args(args.object("tax").cloned().unwrap_or_default());
    json!({
        "automatic_tax": "unrecognized_location",
        "ip_address": given.or_null("ip_address"),
        "location": null,
        "provider": "stripe",
    })
}

/// A deleted customer can still be retrieved, as its stub.
fn retrieve(call: &mut Call<'_>, _: &Args) -> Outcome<Answer> {
    let customer = call.db.get_or_stub(Kind::Customer, call.id())?;
    let customer = customer.ok_or_else(|| Refusal::not_found(Kind::Customer.label(), call.id()))?;
    Ok(Answer::Object(customer))
}

fn update(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    check(args)?;
    let before = call.fetch(Kind::Customer)?;
    let mut after = before.clone();
    apply(&mut after.body, args);
    set_metadata(&mut after.body, args)?;
    if args.has("tax") {
        after.hidden.insert("tax".to_owned(), tax(args));
    }
    let customer = call.update(&before, after)?;
    pay(call, customer, args).map(Answer::Object)
}

fn list_all(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let filters: Vec<Filter> =
        [list::created(args), list::key(args, "email", "email"), Some(test_clocks::filter(call, args)?)]
            .into_iter()
            .flatten()
            .collect();
    list::page(call, args, Kind::Customer, &filters)
}
