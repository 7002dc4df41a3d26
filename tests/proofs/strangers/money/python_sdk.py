"""Stripe's Python SDK sells, is paid and gives back; and reads what billctl sold.

    python python_sdk.py make SUBJECT PRICE MADE.json | see IDS.json SEEN.json

Takes STRIPE_API_BASE and STRIPE_API_KEY.
"""

import json
import os
import sys

import stripe

client = stripe.StripeClient(os.environ["STRIPE_API_KEY"], base_addresses={"api": os.environ["STRIPE_API_BASE"]})
v1 = client.v1


def make(subject, price):
    customer = v1.customers.create(
        {
            "email": f"{subject}@example.com",
            "metadata": {"userId": subject},
            "payment_method": "pm_card_visa",
            "invoice_settings": {"default_payment_method": "pm_card_visa"},
        }
    )
    subscription = v1.subscriptions.create({"customer": customer.id, "items": [{"price": price}]})
    session = v1.checkout.sessions.create(
        {
            "mode": "subscription",
            "customer": customer.id,
            "client_reference_id": subject,
            "line_items": [{"price": price, "quantity": 1}],
            "success_url": "https://example.com/paid",
        }
    )
    payment = v1.payment_intents.create(
        {
            "amount": 1250,
            "currency": "usd",
            "customer": customer.id,
            "payment_method": "pm_card_visa",
            "confirm": True,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        }
    )
    refund = v1.refunds.create({"payment_intent": payment.id, "amount": 250})
    return {"customer": customer, "subscription": subscription, "session": session, "payment": payment, "refund": refund}


def see(ids):
    return {
        "customer": v1.customers.retrieve(ids["customer"]),
        "subscription": v1.subscriptions.retrieve(ids["subscription"]),
        "session": v1.checkout.sessions.retrieve(ids["session"]),
        "payment": v1.payment_intents.retrieve(ids["payment"]),
        "refund": v1.refunds.retrieve(ids["refund"]),
    }


verb, *args = sys.argv[1:]
if verb == "make":
    found = make(args[0], args[1])
else:
    with open(args[0], encoding="utf-8") as file:
        found = see(json.load(file))
with open(args[-1], "w", encoding="utf-8") as file:
    json.dump({kind: json.loads(str(thing)) for kind, thing in found.items()}, file)
