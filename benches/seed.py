"""Makes products with a price each through Stripe's Python SDK: seed.py BASE_URL KEY OBJECTS THREADS"""
import sys
from concurrent.futures import ThreadPoolExecutor

import stripe

base_url, key, objects, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
client = stripe.StripeClient(key, base_addresses={"api": base_url})


def make(number):
    product = client.v1.products.create({"id": f"p{number:05}", "name": f"Product {number}"})
    client.v1.prices.create({
        "product": product.id,
        "unit_amount": (number % 97 + 1) * 100,
        "currency": "eur",
        "recurring": {"interval": "month"},
        "lookup_key": f"p{number:05}.m0",
    })


if threads == 1:
    for number in range(objects):
        make(number)
else:
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(make, range(objects)))
