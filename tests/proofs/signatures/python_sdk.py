"""Stripe's Python SDK signs the bodies, and verifies what billctl signed.

    python python_sdk.py sign FOLDER         writes python.txt, a header a line
    python python_sdk.py verify FOLDER       verifies billctl.txt, and refuses each with something changed

Takes WEBHOOK_SECRET.
"""

import json
import os
import re
import sys
import time
from pathlib import Path

import stripe

verb, folder = sys.argv[1], Path(sys.argv[2])
secret = os.environ["WEBHOOK_SECRET"]


def lines(name):
    # Not `splitlines`: that breaks at what JSON leaves in its strings.
    return (folder / name).read_bytes().decode("utf-8").split("\n")[:-1]


bodies = [json.loads(line) for line in lines("bodies.jsonl")]

# What an attacker, a proxy or a framework may do to a body and its header.
TAMPERINGS = [
    lambda body, header: (body + " ", header, secret),
    lambda body, header: (body[:-1] + ("y" if body.endswith("x") else "x"), header, secret),
    lambda body, header: (body, re.sub(r"t=\d", "t=2", header), secret),
    lambda body, header: (body, header[:-1] + ("1" if header.endswith("0") else "0"), secret),
    lambda body, header: (body, header.replace("v1=", "v0="), secret),
    lambda body, header: (body, header, secret + "x"),
]


def refused(body, header, key):
    try:
        stripe.WebhookSignature.verify_header(body, header, key, 3600)
    except stripe.SignatureVerificationError:
        return True
    return False


if verb == "sign":
    now = int(time.time())
    sign = stripe.WebhookSignature._compute_signature
    headers = [f"t={now},v1={sign(f'{now}.{body}', secret)}" for body in bodies]
    (folder / "python.txt").write_text("".join(f"{header}\n" for header in headers))
    print(f"ok   Stripe's Python SDK signed {len(headers)} bodies")
else:
    headers = lines("billctl.txt")
    assert len(headers) == len(bodies), len(headers)
    for index, (body, header) in enumerate(zip(bodies, headers)):
        assert stripe.WebhookSignature.verify_header(body, header, secret, 3600), f"body {index}"
        tampered = TAMPERINGS[index % len(TAMPERINGS)](body, header)
        assert refused(*tampered), f"body {index}, changed"
    print(f"ok   Stripe's Python SDK verified what billctl signed, {len(bodies)} bodies, and refused each with something changed")
