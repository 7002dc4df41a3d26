//! `/v1/invoice_payments`: which payment intents pay which invoices.

use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::Filter;
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::spec::{ID, PAGE, Param, Type, optional, required};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Get,
        route: "/v1/invoice_payments",
        params: &[LIST, PAGE],
        answers: Answers::Many(Kind::InvoicePayment),
        handler: list_all,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/invoice_payments/{id}",
        params: &[],
        answers: Answers::One(Kind::InvoicePayment),
        handler: |call, _| call.fetch(Kind::InvoicePayment).map(Answer::Object),
    },
];

const LIST: &[Param] = &[
    optional("created", Type::Range),
    optional("invoice", ID),
    optional(
        "payment",
        Type::Object(&[optional("payment_intent", ID), required("type", Type::Choice(&["payment_intent"]))]),
    ),
    optional("status", Type::Choice(&["canceled", "open", "paid"])),
];

fn list_all(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    if let Some(id) = args.text("invoice") {
        call.refer(Kind::Invoice, id, "invoice")?;
    }
    let payment = Args(args.object("payment").cloned().unwrap_or_default());
    let filters: Vec<Filter> = [
        list::key(args, "invoice", "invoice"),
        list::key(&payment, "payment_intent", "payment_intent"),
        list::created(args),
        list::text(args, "status", "$.status"),
    ]
    .into_iter()
    .flatten()
    .collect();
    list::page(call, args, Kind::InvoicePayment, &filters)
}
