"""Writes the rows of a CSV file into a workbook with Python's XlsxWriter, in its constant-memory mode.

Usage: xlsxwriter_peer.py CSV WORKBOOK. Columns: those of orders.ts; no header line, NULL is an empty field.
Each cell by the method of its type, which spares the guess that write() makes.
Prints one JSON object: rows, milliseconds, and the peak of resident memory in MiB.
"""

import csv
import json
import re
import sys
import time
from datetime import datetime

import xlsxwriter

HEADERS = ["id", "customer", "note", "quantity", "price", "share", "paid", "ordered_on", "shipped_at", "tracking"]


def peak_rss_mib():
    with open("/proc/self/status", encoding="ascii") as status:
        return int(re.search(r"^VmHWM:\s+(\d+) kB$", status.read(), re.MULTILINE).group(1)) / 1024


def main(source, target):
    started = time.perf_counter()
    workbook = xlsxwriter.Workbook(target, {"constant_memory": True})
    sheet = workbook.add_worksheet("Orders")
    money = workbook.add_format({"num_format": "#,##0.00"})
    day = workbook.add_format({"num_format": "dd.mm.yyyy"})
    moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for column, header in enumerate(HEADERS):
        sheet.write_string(0, column, header)
    text, number, date = sheet.write_string, sheet.write_number, sheet.write_datetime
    rows = 0
    with open(source, newline="", encoding="utf-8") as lines:
        for record in csv.reader(lines):
            key, customer, note, quantity, price, share, paid, ordered_on, shipped_at, tracking = record
            rows += 1
            number(rows, 0, int(key))
            text(rows, 1, customer)
            if note:
                text(rows, 2, note)
            number(rows, 3, int(quantity))
            number(rows, 4, float(price), money)
            if share:
                number(rows, 5, float(share))
            sheet.write_boolean(rows, 6, paid == "t")
            date(rows, 7, datetime.fromisoformat(ordered_on), day)
            if shipped_at:
                date(rows, 8, datetime.fromisoformat(shipped_at), moment)
            # More digits than a spreadsheet keeps of a number.
            text(rows, 9, tracking)
    workbook.close()
    milliseconds = (time.perf_counter() - started) * 1000
    print(json.dumps({"rows": rows, "milliseconds": milliseconds, "peakRssMib": peak_rss_mib()}))


main(sys.argv[1], sys.argv[2])
