"""Writes the rows of a CSV file into a workbook with Python's XlsxWriter, in its constant-memory mode.

Usage: xlsxwriter_peer.py CSV WORKBOOK. Columns: date, delay, distance, origin, destination; no header line.
Prints one JSON object: rows, milliseconds, and the peak of resident memory in MiB.
"""

import csv
import json
import re
import sys
import time
from datetime import datetime

import xlsxwriter


def peak_rss_mib():
    with open("/proc/self/status", encoding="ascii") as status:
        return int(re.search(r"^VmHWM:\s+(\d+) kB$", status.read(), re.MULTILINE).group(1)) / 1024


def main(source, target):
    started = time.perf_counter()
    workbook = xlsxwriter.Workbook(target, {"constant_memory": True})
    sheet = workbook.add_worksheet("Flights")
    moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for column, header in enumerate(["date", "delay", "distance", "origin", "destination"]):
        sheet.write_string(0, column, header)
    rows = 0
    with open(source, newline="", encoding="utf-8") as lines:
        for date, delay, distance, origin, destination in csv.reader(lines):
            rows += 1
            sheet.write_datetime(rows, 0, datetime.fromisoformat(date), moment)
            sheet.write_number(rows, 1, int(delay))
            sheet.write_number(rows, 2, int(distance))
            sheet.write_string(rows, 3, origin)
            sheet.write_string(rows, 4, destination)
    workbook.close()
    milliseconds = (time.perf_counter() - started) * 1000
    print(json.dumps({"rows": rows, "milliseconds": milliseconds, "peakRssMib": peak_rss_mib()}))


main(sys.argv[1], sys.argv[2])
