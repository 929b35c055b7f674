"""Prints what Apache Arrow reads from a Parquet file, as one JSON object.

Usage: read_parquet.py FILE. `columns` has the name and Arrow's type of each column, `codecs` the compression of the column
chunks, `rowGroups` how many there are, and `rows` the values: exact numbers, times and identifiers as text, NULL as null.
"""

import json
import sys
import uuid

import pyarrow.parquet as parquet


def written(value):
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, bytes):
        return str(uuid.UUID(bytes=value))
    if isinstance(value, float):
        return repr(value)
    return str(value)


def main(path):
    file = parquet.ParquetFile(path)
    table = file.read()
    metadata = file.metadata
    chunks = [metadata.row_group(g).column(c) for g in range(metadata.num_row_groups) for c in range(metadata.num_columns)]
    columns = [column.to_pylist() for column in table.columns]
    json.dump(
        {
            "columns": [[field.name, str(field.type)] for field in table.schema],
            "codecs": sorted({chunk.compression for chunk in chunks}),
            "rowGroups": metadata.num_row_groups,
            "rows": [[written(column[row]) for column in columns] for row in range(table.num_rows)],
        },
        sys.stdout,
    )


main(sys.argv[1])
