"""Reads a workbook with openpyxl and prints it as JSON: for each sheet its name and its rows of cells.

Usage: read_workbook.py WORKBOOK. A cell is null or [type, value, number format]; dates and times are ISO 8601.
"""

import json
import sys
import zipfile

import openpyxl


def cell_of(cell):
    if cell.value is None:
        return None
    value = cell.value.isoformat() if hasattr(cell.value, "isoformat") else cell.value
    return [cell.data_type, value, cell.number_format]


def main(path):
    broken = zipfile.ZipFile(path).testzip()
    if broken is not None:
        raise ValueError(f"{broken} is damaged")
    workbook = openpyxl.load_workbook(path)
    sheets = [
        {
            "name": sheet.title,
            "frozen": sheet.freeze_panes,
            "filter": sheet.auto_filter.ref,
            "bold": sheet["A1"].font.b,
            "rows": [[cell_of(cell) for cell in row] for row in sheet.iter_rows()],
        }
        for sheet in workbook
    ]
    print(json.dumps(sheets))


main(sys.argv[1])
