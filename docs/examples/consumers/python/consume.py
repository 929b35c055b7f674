"""Prints the events of the report scheduler as JSON lines. Needs the folder `schemas/`.

    pip install -r requirements.txt
    KAFKA_BROKERS=localhost:9092 SCHEMAS=../../../../schemas python consume.py [aggregate...]
"""

import io
import json
import os
import signal
import struct
import sys
from pathlib import Path

import fastavro
from confluent_kafka import Consumer, KafkaException

BROKERS = os.environ.get("KAFKA_BROKERS", "localhost:9092")
PREFIX = os.environ.get("KAFKA_PREFIX", "report-scheduler")
SCHEMAS = Path(os.environ.get("SCHEMAS", "schemas"))
GROUP = os.environ.get("CONSUMER_GROUP", "events-as-json-lines")
AGGREGATES = sys.argv[1:] or ["template", "schedule", "job", "dataset", "datasource", "calendar", "backfill", "circuit", "preferences", "notification", "destination", "deliveryplan", "delivery", "burstplan", "burst", "access"]


def load_schemas():
    """Every schema by its id: `report-scheduler.job.v1-report_scheduler.job.JobStarted` is `job/JobStarted.v<version>.avsc`."""
    schemas = {}
    for subject, versions in json.loads((SCHEMAS / "ids.json").read_text("utf-8")).items():
        aggregate, event = subject.split(".")[-2:]
        for version, schema_id in versions.items():
            text = (SCHEMAS / aggregate / f"{event}.v{version}.avsc").read_text("utf-8")
            # Each file stands alone, so each gets names of its own.
            schemas[schema_id] = fastavro.parse_schema(json.loads(text), named_schemas={})
    return schemas


def decode(value, schemas):
    """One zero byte, four bytes of schema id, then the Avro body."""
    magic, schema_id = struct.unpack(">bi", value[:5])
    if magic != 0:
        raise ValueError("not in the Confluent wire format")
    if schema_id not in schemas:
        raise ValueError(f"unknown schema {schema_id}: update the folder schemas/")
    body = io.BytesIO(value[5:])
    data = fastavro.schemaless_reader(body, schemas[schema_id], None)
    if body.read(1):
        raise ValueError("bytes follow the value")
    return data


class Repeats:
    """Tells records that came before: the relay sends some again after a failover.

    To survive a restart, keep both with your own data, in the same transaction.
    """

    def __init__(self):
        # The highest ce_sequence seen, by partition.
        self.seen = {}
        # Ids of the late records seen. They are few.
        self.seen_late = set()

    def is_repeat(self, source, headers):
        if "ce_late" in headers:
            # Set aside and sent after later ones of its partition, so its sequence tells nothing.
            event_id = headers["ce_id"]
            if event_id in self.seen_late:
                return True
            self.seen_late.add(event_id)
            return False
        sequence = int(headers["ce_sequence"])
        if sequence <= self.seen.get(source, 0):
            return True
        self.seen[source] = sequence
        return False


def main():
    schemas = load_schemas()
    consumer = Consumer(
        {
            "bootstrap.servers": BROKERS,
            "group.id": GROUP,
            "auto.offset.reset": "earliest",
        }
    )
    running = True

    def stop(*_):
        nonlocal running
        running = False

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    consumer.subscribe([f"{PREFIX}.{aggregate}.v1" for aggregate in AGGREGATES])
    repeats = Repeats()
    try:
        while running:
            message = consumer.poll(0.5)
            if message is None:
                continue
            if message.error():
                raise KafkaException(message.error())
            headers = {name: value.decode("utf-8") for name, value in message.headers() or []}
            if repeats.is_repeat((message.topic(), message.partition()), headers):
                continue
            event = {
                "sequence": headers["ce_sequence"],
                "id": headers["ce_id"],
                "type": headers["ce_type"],
                "stream": headers["ce_subject"],
                "time": headers["ce_time"],
                "data": decode(message.value(), schemas),
            }
            print(json.dumps(event, ensure_ascii=False), flush=True)
    finally:
        consumer.close()


if __name__ == "__main__":
    main()
