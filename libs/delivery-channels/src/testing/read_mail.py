"""Prints what a mail holds as JSON: headers, bodies, attachments with their size and SHA-256."""

import email
import email.policy
import hashlib
import json
import sys

with open(sys.argv[1], "rb") as file:
    message = email.message_from_binary_file(file, policy=email.policy.default)


def body(kind):
    part = message.get_body(preferencelist=(kind,))
    return None if part is None else part.get_content()


def attachment(part):
    content = part.get_payload(decode=True)
    return {
        "name": part.get_filename(),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


print(
    json.dumps(
        {
            "headers": [[name.lower(), str(value)] for name, value in message.items()],
            "text": body("plain"),
            "html": body("html"),
            "attachments": [attachment(part) for part in message.iter_attachments()],
            "defects": [str(defect) for part in message.walk() for defect in part.defects],
        }
    )
)
