"""Stripe's Python SDK as it comes, pointed at the emulator.

    python python_sdk.py make MADE.json         makes one of everything in the catalog and writes down what it made
    python python_sdk.py see EXPECTED.json      finds what billctl synced
    python python_sdk.py endure                 meets the faults of faults.txt and makes nothing twice

Takes STRIPE_API_BASE and STRIPE_API_KEY. Every step that holds prints a line; the first that does not ends the run.
"""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal

import stripe

BASE = os.environ["STRIPE_API_BASE"]


def connect(key, **options):
    return stripe.StripeClient(key, base_addresses={"api": BASE, "meter_events": BASE}, **options)


client = connect(os.environ["STRIPE_API_KEY"])
v1 = client.v1
made = []
steps = 0


@contextmanager
def step(name):
    global steps
    yield
    steps += 1
    print(f"ok   {name}", flush=True)


def remember(kind, thing, key=None):
    made.append({"kind": kind, "id": thing.id, "key": key or thing.id})
    return thing


def plain(value):
    """What was on the wire: the SDK has classes of its own for objects and decimals."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, stripe.StripeObject):
        value = value.to_dict()
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


def same(thing, **fields):
    found = {field: plain(getattr(thing, field, None)) for field in fields}
    assert found == fields, f"{found} instead of {fields}"


@contextmanager
def refused(kind, **fields):
    try:
        yield
    except stripe.StripeError as error:
        assert type(error) is kind, f"{type(error).__name__}: {error}"
        for field, value in fields.items():
            actual = getattr(error, field)
            assert actual == value, f"{field} is {actual!r}, not {value!r}: {error}"
        assert (error.request_id or "").startswith("req_"), "a refusal without a request id"
    else:
        raise AssertionError(f"expected a {kind.__name__}, but the call succeeded")


def make():
    with step("the account is the key's own"):
        assert v1.accounts.retrieve_current().id.startswith("acct_")

    with step("a product is made, updated and read"):
        fields = {
            "name": "Python Pro",
            "description": "Grüße + 100 %",
            "images": ["https://example.com/p.png"],
            "marketing_features": [{"name": "Unlimited seats"}],
            "metadata": {"tier": "gold", "region": "eu"},
            "statement_descriptor": "PYTHON PRO",
            "unit_label": "seat",
        }
        product = remember("product", v1.products.create({"id": "python_pro", **fields}))
        same(product, id="python_pro", active=True, default_price=None, **fields)
        updated = v1.products.update("python_pro", {"metadata": {"tier": ""}, "images": "", "url": "https://example.com"})
        same(updated, metadata={"region": "eu"}, images=[], url="https://example.com")
        same(v1.products.retrieve("python_pro"), name="Python Pro", description="Grüße + 100 %")
        same(v1.products.delete(v1.products.create({"name": "Gone"}).id), deleted=True)

    with step("a meter is made, deactivated and reactivated"):
        meter = v1.billing.meters.create(
            {"display_name": "Calls", "event_name": "python_call", "default_aggregation": {"formula": "count"}}
        )
        remember("billing.meter", meter, meter.event_name)
        same(v1.billing.meters.deactivate(meter.id), status="inactive")
        assert [one.id for one in v1.billing.meters.list({"status": "inactive"}).data] == [meter.id]
        same(v1.billing.meters.reactivate(meter.id), status="active")
        same(v1.billing.meters.update(meter.id, {"display_name": "API calls"}), display_name="API calls")
        same(v1.billing.meters.retrieve(meter.id), event_name="python_call")

    with step("licensed, tiered, metered and custom prices are made"):
        monthly = v1.prices.create(
            {
                "product": product.id,
                "currency": "usd",
                "unit_amount": 2900,
                "recurring": {"interval": "month", "interval_count": 3},
                "lookup_key": "python_quarterly",
                "currency_options": {"eur": {"unit_amount": 2700}, "kwd": {"unit_amount": 9000}},
                "expand": ["currency_options", "product"],
            }
        )
        remember("price", monthly, monthly.lookup_key)
        assert sorted(plain(monthly.currency_options)) == ["eur", "kwd", "usd"]
        assert monthly.product.name == "Python Pro"
        volume = v1.prices.create(
            {
                "product": product.id,
                "currency": "eur",
                "billing_scheme": "tiered",
                "tiers_mode": "volume",
                "recurring": {"interval": "month"},
                "tiers": [{"up_to": 5, "flat_amount": 100}, {"up_to": 50, "unit_amount": 90}, {"up_to": "inf", "unit_amount": 80}],
                "lookup_key": "python_volume",
                "expand": ["tiers"],
            }
        )
        remember("price", volume, volume.lookup_key)
        assert [tier.up_to for tier in volume.tiers] == [5, 50, None]
        metered = v1.prices.create(
            {
                "product": product.id,
                "currency": "usd",
                "unit_amount_decimal": Decimal("0.0005"),
                "recurring": {"interval": "month", "usage_type": "metered", "meter": meter.id},
                "lookup_key": "python_calls",
            }
        )
        remember("price", metered, metered.lookup_key)
        same(metered, unit_amount=None, unit_amount_decimal="0.0005")
        tip = v1.prices.create(
            {
                "product": product.id,
                "currency": "usd",
                "custom_unit_amount": {"enabled": True, "minimum": 100, "maximum": 5000, "preset": 500},
                "lookup_key": "python_tip",
            }
        )
        remember("price", tip, tip.lookup_key)
        same(tip, custom_unit_amount={"minimum": 100, "maximum": 5000, "preset": 500}, unit_amount=None)
        yen = v1.prices.create({"product": product.id, "currency": "jpy", "unit_amount": 500})
        remember("price", yen)
        same(v1.prices.update(yen.id, {"nickname": "Yen", "metadata": {"a": "1"}}), nickname="Yen", metadata={"a": "1"})

    with step("a price is archived and no longer listed among the active ones"):
        old = v1.prices.create({"product": product.id, "currency": "usd", "unit_amount": 1})
        same(v1.prices.update(old.id, {"active": False}), active=False)
        active = [price.id for price in v1.prices.list({"product": product.id, "active": True, "limit": 100}).data]
        assert old.id not in active and monthly.id in active
        assert [price.id for price in v1.prices.list({"product": product.id, "active": False}).data] == [old.id]

    with step("features, coupons, promotion codes and tax rates are made, updated and archived"):
        feature = v1.entitlements.features.create({"name": "Exports", "lookup_key": "python_exports"})
        remember("entitlements.feature", feature, feature.lookup_key)
        v1.products.features.create(product.id, {"entitlement_feature": feature.id})
        assert [one.entitlement_feature.id for one in v1.products.features.list(product.id).data] == [feature.id]
        same(v1.entitlements.features.update(feature.id, {"name": "All exports"}), name="All exports")
        same(v1.entitlements.features.retrieve(feature.id), name="All exports")
        coupon = v1.coupons.create({"id": "PY10", "percent_off": 10, "duration": "forever", "name": "Ten"})
        remember("coupon", coupon)
        same(v1.coupons.update("PY10", {"name": "Ten off"}), name="Ten off", percent_off=10)
        assert [one.id for one in v1.coupons.list().data] == ["PY10"]
        same(v1.coupons.retrieve("PY10"), duration="forever", amount_off=None)
        spare = v1.coupons.create({"amount_off": 100, "currency": "usd", "duration": "once"})
        same(v1.coupons.delete(spare.id), deleted=True, id=spare.id)
        code = v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": "PY10"}, "code": "PYDEAL"})
        remember("promotion_code", code, code.code)
        same(v1.promotion_codes.retrieve(code.id), promotion={"type": "coupon", "coupon": "PY10"})
        same(v1.promotion_codes.update(code.id, {"metadata": {"a": "1"}}), metadata={"a": "1"})
        auto = v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": "PY10"}})
        assert auto.code
        same(v1.promotion_codes.update(auto.id, {"active": False}), active=False)
        rate = v1.tax_rates.create({"display_name": "Sales tax", "percentage": 8.875, "inclusive": False, "country": "US", "state": "NY"})
        remember("tax_rate", rate)
        same(v1.tax_rates.retrieve(rate.id), percentage=8.875, inclusive=False, state="NY")
        same(v1.tax_rates.update(rate.id, {"active": False}), active=False)
        same(v1.tax_rates.update(rate.id, {"active": True, "description": "NYC"}), active=True, description="NYC")

    with step("a portal configuration and a webhook endpoint are made, updated and switched off"):
        portal = v1.billing_portal.configurations.create(
            {"features": {"invoice_history": {"enabled": True}}, "business_profile": {"headline": "Python"}}
        )
        remember("billing_portal.configuration", portal)
        same(v1.billing_portal.configurations.update(portal.id, {"metadata": {"a": "1"}}), metadata={"a": "1"})
        spare = v1.billing_portal.configurations.create({"features": {"payment_method_update": {"enabled": True}}})
        same(v1.billing_portal.configurations.update(spare.id, {"active": False}), active=False)
        hook = v1.webhook_endpoints.create({"url": "https://example.com/python", "enabled_events": ["invoice.paid"]})
        remember("webhook_endpoint", hook)
        assert hook.secret.startswith("whsec_")
        same(v1.webhook_endpoints.update(hook.id, {"disabled": True}), status="disabled")
        same(v1.webhook_endpoints.update(hook.id, {"disabled": False}), status="enabled")

    with step("auto-pagination walks every page"):
        holder = remember("product", v1.products.create({"name": "Python pages"}))
        ids = [remember("price", v1.prices.create({"product": holder.id, "currency": "usd", "unit_amount": n})).id for n in range(100, 123)]
        found = [price.id for price in v1.prices.list({"product": holder.id, "limit": 5}).auto_paging_iter()]
        assert found == ids[::-1], "not every price once, newest first"
        back = [price.id for price in v1.prices.list({"product": holder.id, "limit": 5, "ending_before": ids[0]}).auto_paging_iter()]
        assert back == ids[1:], "not every price once, oldest first"

    with step("search finds by text, metadata and its pages"):
        assert [one.id for one in v1.products.search({"query": 'name~"Python pag"'}).data] == [holder.id]
        assert [one.id for one in v1.products.search({"query": 'metadata["region"]:"eu"'}).data] == [product.id]
        query = {"query": f'product:"{holder.id}" AND active:"true"', "limit": 10}
        assert len({price.id for price in v1.prices.search(query).auto_paging_iter()}) == 23

    with step("one idempotency key books once, also with retries side by side"):
        options = {"idempotency_key": "python-once"}
        first = remember("product", v1.products.create({"name": "Once"}, options))
        assert v1.products.create({"name": "Once"}, options).id == first.id
        with refused(stripe.IdempotencyError, http_status=400):
            v1.products.create({"name": "Twice"}, options)
        # Those that come while the first still runs get a 409, which the SDK tries again.
        eager = connect(os.environ["STRIPE_API_KEY"], max_network_retries=5)
        with ThreadPoolExecutor(8) as pool:
            together = {"idempotency_key": "python-eight"}
            eight = list(pool.map(lambda _: eager.v1.products.create({"name": "Side by side"}, together).id, range(8)))
        assert len(set(eight)) == 1, eight
        made.append({"kind": "product", "id": eight[0], "key": eight[0]})

    with step("each kind of refusal has its class, code and parameter"):
        with refused(stripe.InvalidRequestError, http_status=404, code="resource_missing"):
            v1.coupons.retrieve("NONE")
        with refused(stripe.InvalidRequestError, http_status=400, code="parameter_missing", param="currency"):
            v1.prices.create({"product": product.id, "unit_amount": 1})
        with refused(stripe.InvalidRequestError, http_status=400, code="resource_already_exists", param="id"):
            v1.coupons.create({"id": "PY10", "percent_off": 1})
        with refused(stripe.InvalidRequestError, http_status=400, param="recurring[interval]"):
            v1.prices.create({"product": product.id, "currency": "usd", "unit_amount": 1, "recurring": {"interval": "fortnight"}})
        with refused(stripe.InvalidRequestError, http_status=400, code="parameter_unknown", param="percent_off"):
            v1.coupons.update("PY10", {"percent_off": 20})
        with refused(stripe.InvalidRequestError, http_status=400, code="resource_missing", param="promotion[coupon]"):
            v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": "NONE"}})
        with refused(stripe.InvalidRequestError, http_status=400):
            v1.prices.update(monthly.id, {"currency_options": {"usd": {"unit_amount": 1}}})
        with refused(stripe.AuthenticationError, http_status=401):
            connect("sk_test_nobody_knows_this").v1.products.list()

    with step("events tell of every change"):
        types = {event.type for event in v1.events.list({"limit": 100}).auto_paging_iter()}
        wanted = {
            "product.created", "product.updated", "product.deleted", "price.created", "price.updated", "coupon.created",
            "coupon.updated", "coupon.deleted", "promotion_code.created", "promotion_code.updated", "tax_rate.created",
            "tax_rate.updated", "billing.meter.created", "billing.meter.updated", "billing.meter.deactivated",
            "billing.meter.reactivated", "billing_portal.configuration.created", "billing_portal.configuration.updated",
        }
        assert wanted <= types, f"no event of {sorted(wanted - types)}"


def difference(actual, wanted, path=""):
    """Why `actual` does not hold everything in `wanted`, or None. Lists must have the same length."""
    if isinstance(wanted, dict):
        if not isinstance(actual, dict):
            return f"{path} is {actual!r}"
        found = (difference(actual.get(key), inner, f"{path}.{key}") for key, inner in wanted.items())
    elif isinstance(wanted, list):
        if not isinstance(actual, list) or len(actual) != len(wanted):
            return f"{path} is {actual!r}"
        found = (difference(item, inner, f"{path}.{index}") for index, (item, inner) in enumerate(zip(actual, wanted)))
    else:
        return None if actual == wanted else f"{path} is {actual!r}, not {wanted!r}"
    return next((each for each in found if each), None)


def listed(kind):
    services = {
        "product": (v1.products, ["data.default_price"]),
        "price": (v1.prices, ["data.tiers", "data.currency_options", "data.product"]),
        "billing.meter": (v1.billing.meters, []),
        "entitlements.feature": (v1.entitlements.features, []),
        "coupon": (v1.coupons, ["data.applies_to", "data.currency_options"]),
        "promotion_code": (v1.promotion_codes, ["data.promotion.coupon"]),
        "tax_rate": (v1.tax_rates, []),
        "billing_portal.configuration": (
            v1.billing_portal.configurations,
            ["data.features.subscription_update.products"],
        ),
        "webhook_endpoint": (v1.webhook_endpoints, []),
    }
    service, expand = services[kind]
    params = {"limit": 4, **({"expand": expand} if expand else {}), **({"active": True} if kind == "price" else {})}
    return [plain(one) for one in service.list(params).auto_paging_iter()]


def see(expected):
    for kind, wanted in expected.items():
        with step(f"every {kind} that billctl synced is there, once"):
            if kind == "product_feature":
                products = dict.fromkeys(one["product"] for one in wanted)
                everything = [
                    {**plain(one), "product": product}
                    for product in products
                    for one in v1.products.features.list(product).auto_paging_iter()
                ]
            else:
                everything = listed(kind)
            for one in wanted:
                differences = [difference(item, one) for item in everything]
                assert differences.count(None) == 1, f"{differences.count(None)} fit {one}: {differences}"
            assert len(everything) == len(wanted), f"{len(everything)} are there instead of {len(wanted)}"


def endure():
    patient = connect(os.environ["STRIPE_API_KEY"], max_network_retries=2).v1

    def count(service):
        return len(list(service.list().auto_paging_iter()))

    with step("errors after the commit are tried again, and nothing is made twice"):
        for number in range(9):
            patient.products.create({"id": f"python_{number}", "name": f"Product {number}"})
        assert count(v1.products) == 9
    with step("answers that never arrive are asked for again, and nothing is made twice"):
        for number in range(9):
            patient.prices.create({"product": "python_1", "currency": "usd", "unit_amount": number})
        assert count(v1.prices) == 9
    with step("a request that arrives two times makes one coupon"):
        for number in range(4):
            patient.coupons.create({"percent_off": number + 1})
        assert count(v1.coupons) == 4
    with step("limits and failures have their classes"):
        with refused(stripe.RateLimitError, http_status=429):
            v1.tax_rates.list()
        with refused(stripe.APIError, http_status=500):
            v1.tax_rates.create({"display_name": "VAT", "percentage": 19, "inclusive": True})


def main(mode, file=None):
    if mode == "make":
        make()
        with open(file, "w", encoding="utf-8") as out:
            json.dump(made, out, indent=2)
    elif mode == "see":
        with open(file, encoding="utf-8") as source:
            see(json.load(source))
    elif mode == "endure":
        endure()
    else:
        raise SystemExit("say `make FILE`, `see FILE` or `endure`")
    print(f"Python SDK {stripe.VERSION}: {mode}: {steps} steps passed")


if __name__ == "__main__":
    main(*sys.argv[1:])
