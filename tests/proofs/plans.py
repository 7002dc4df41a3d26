"""Stripe's Python SDK on what comes later: what a change would cost, phases that are planned ahead, the portal.

    python plans.py

Takes STRIPE_API_BASE and STRIPE_API_KEY. Every step that holds prints a line; the first that does not ends the run.
"""

import os

import stripe

BASE = os.environ["STRIPE_API_BASE"]
client = stripe.StripeClient(os.environ["STRIPE_API_KEY"], base_addresses={"api": BASE})
v1 = client.v1


def price(product, amount):
    return v1.prices.create(
        {"product": product.id, "currency": "usd", "unit_amount": amount, "recurring": {"interval": "month"}}
    )


small, large = (price(v1.products.create({"name": name}), amount) for name, amount in (("Small", 1000), ("Large", 3000)))
customer = v1.customers.create(
    {"email": "py@example.com", "payment_method": "pm_card_visa", "invoice_settings": {"default_payment_method": "pm_card_visa"}}
)
subscription = v1.subscriptions.create({"customer": customer.id, "items": [{"price": small.id}]})
item = subscription["items"].data[0]

change = {"items": [{"id": item.id, "price": large.id}], "proration_behavior": "always_invoice"}
preview = v1.invoices.create_preview({"subscription": subscription.id, "subscription_details": change})
assert preview.id.startswith("upcoming_in_"), preview.id
assert [line.amount for line in preview.lines.data] == [-1000, 3000], preview.lines.data
assert preview.amount_due == 2000
assert v1.subscriptions.retrieve(subscription.id)["items"].data[0].price.id == small.id
end = v1.invoices.create_preview({"subscription": subscription.id})
assert end.amount_due == 1000
print("ok   python: a change is previewed and nothing is changed")

schedule = v1.subscription_schedules.create({"from_subscription": subscription.id})
phase = schedule.current_phase
planned = v1.subscription_schedules.update(
    schedule.id,
    {
        "end_behavior": "release",
        "phases": [
            {"items": [{"price": small.id}], "start_date": phase.start_date, "end_date": phase.end_date},
            {"items": [{"price": large.id, "quantity": 2}], "duration": {"interval": "month", "interval_count": 3}},
        ],
    },
)
assert [len(planned.phases), planned.status] == [2, "active"]
assert v1.subscriptions.retrieve(subscription.id).schedule == schedule.id
assert [each.id for each in v1.subscription_schedules.list({"customer": customer.id}).data] == [schedule.id]
released = v1.subscription_schedules.release(schedule.id)
assert [released.status, released.released_subscription] == ["released", subscription.id]
later = v1.subscription_schedules.create(
    {
        "customer": customer.id,
        "start_date": phase.end_date,
        "phases": [{"items": [{"price": small.id}], "trial": True, "end_date": phase.end_date + 86_400}],
    },
    {"idempotency_key": "plans-later"},
)
assert v1.subscription_schedules.cancel(later.id).status == "canceled"
print("ok   python: phases are planned, released and canceled")

configuration = v1.billing_portal.configurations.create(
    {"features": {"payment_method_update": {"enabled": True}, "invoice_history": {"enabled": True}}}
)
session = v1.billing_portal.sessions.create(
    {
        "customer": customer.id,
        "configuration": configuration.id,
        "return_url": "https://shop.example/account",
        "flow_data": {
            "type": "payment_method_update",
            "after_completion": {"type": "redirect", "redirect": {"return_url": "https://shop.example/done"}},
        },
    }
)
assert session.url.startswith(BASE), session.url
assert session.flow.after_completion.redirect.return_url == "https://shop.example/done"
try:
    v1.billing_portal.sessions.create({"customer": customer.id})
    raise AssertionError("a portal session without a configuration was made")
except stripe.InvalidRequestError as error:
    assert error.http_status == 400 and "No configuration provided" in str(error)
print("ok   python: a portal session is made for one thing")
