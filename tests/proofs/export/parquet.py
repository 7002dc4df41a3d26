"""What `mirror export` writes as Parquet is read by Apache Arrow, and says the same as the JSON lines and the CSV.

    python parquet.py --billctl BINARY --work FOLDER
"""
import argparse
import csv
import json
import os
import pathlib
import shutil
import subprocess
from datetime import datetime, timezone

import pyarrow
import pyarrow.compute as compute
import pyarrow.parquet as parquet

arguments = argparse.ArgumentParser()
arguments.add_argument('--billctl', type=pathlib.Path, required=True)
arguments.add_argument('--work', type=pathlib.Path, required=True)
given = arguments.parse_args()
folder = given.work.resolve() / 'export'
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir(parents=True)

# Sixty-four bits, and one more than a float can tell apart.
AMOUNTS = [0, -1, 2**53 + 1, 2**63 - 1, -(2**63), None]
NAMES = ['Zoë "Ada", Ångström', 'two\nlines', "O'Neil; DROP TABLE", '', '  kept  ', '金額 🧾', None]
# More than the rows of one row group.
CUSTOMERS = 10_500
BEGAN = 1_793_491_200


def billctl(*words):
    environment = {'PATH': os.environ['PATH'], 'HOME': str(folder), 'NO_COLOR': '1'}
    ended = subprocess.run([given.billctl.resolve(), *words], cwd=folder, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, f'billctl {" ".join(words)} ended with {ended.returncode}\n{ended.stdout}\n{ended.stderr}'
    return json.loads(ended.stdout)


def event(number, name, thing):
    return {
        'id': f'evt_{number:06}', 'object': 'event', 'api_version': '2026-10-28.endive', 'created': BEGAN + number,
        'type': name, 'livemode': False, 'pending_webhooks': 0, 'request': None, 'data': {'object': thing},
    }


def customer(number):
    thing = {
        'id': f'cus_{number:06}', 'object': 'customer', 'created': BEGAN + number, 'name': NAMES[number % len(NAMES)],
        'balance': AMOUNTS[number % len(AMOUNTS)], 'delinquent': [True, False, None][number % 3], 'metadata': {'n': str(number)},
    }
    return event(number, 'customer.created', thing)


(folder / 'billing.toml').write_text('[project]\nname = "export"\n')
with open(folder / 'events.jsonl', 'w', encoding='utf-8') as file:
    for number in range(CUSTOMERS):
        print(json.dumps(customer(number), ensure_ascii=False), file=file)
billctl('events', 'replay', '--file', 'events.jsonl', '--mirror', '--json')
# Objects as the emulator makes them, so that no table is without a row that a sale leaves behind.
billctl('events', 'trigger', 'invoice.paid', '--json')
billctl('events', 'trigger', 'checkout.session.completed', '--json')
billctl('events', 'pull', '--json')

counts = {}
for form in ['parquet', 'jsonl', 'csv']:
    for file in billctl('mirror', 'export', '--out', form, '--format', form, '--json')['files']:
        counts.setdefault(file['table'], set()).add(file['rows'])
assert all(len(rows) == 1 for rows in counts.values()), counts

filled = 0
for table, rows in counts.items():
    read = parquet.read_table(folder / 'parquet' / f'{table}.parquet')
    assert {str(field.type) for field in read.schema} <= {'int64', 'string'}, read.schema
    assert all(field.nullable for field in read.schema), read.schema
    assert {read.num_rows} == rows, table
    with open(folder / 'jsonl' / f'{table}.jsonl', encoding='utf-8') as file:
        told = [json.loads(line) for line in file]
    assert read.to_pylist() == told, f'{table} says something else as JSON lines'
    with open(folder / 'csv' / f'{table}.csv', encoding='utf-8', newline='') as file:
        lines = list(csv.reader(file))
    shown = [['' if cell is None else str(cell) for cell in row.values()] for row in told]
    assert lines == [read.schema.names, *shown], f'{table} says something else as CSV'
    filled += read.num_rows > 0
assert filled > 10, f'only {filled} tables have rows'

kept = parquet.ParquetFile(folder / 'parquet' / 'customers.parquet')
assert kept.metadata.num_row_groups > 1, 'it is all in one row group'
ours = kept.read().filter(compute.starts_with(kept.read()['id'], 'cus_0'))
assert ours.num_rows == CUSTOMERS
for column, values in [('name', NAMES), ('balance', AMOUNTS), ('delinquent', [1, 0, None])]:
    expected = [values[number % len(values)] for number in range(CUSTOMERS)]
    assert ours[column].to_pylist() == expected, column
times = compute.cast(ours['created'], pyarrow.timestamp('s', tz='UTC')).to_pylist()
assert times == [datetime.fromtimestamp(BEGAN + number, timezone.utc) for number in range(CUSTOMERS)]

total = sum(rows for one in counts.values() for rows in one)
print(f'ok   Apache Arrow {pyarrow.__version__} reads {len(counts)} Parquet tables with {total} rows, as JSON lines and CSV tell them')
