"""Signatures, against the example that the specification of Standard Webhooks gives."""

import base64
import hashlib
import hmac

from lodgepole.webhooks.signatures import SECRET_PREFIX, signed_headers, written_secret

BODY = b'{"test": 2432232314}'
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, AT = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330


def test_the_example_of_the_specification_is_signed_as_it_says():
    headers = signed_headers([SECRET], delivery_id=ID, timestamp=AT, body=BODY)
    assert headers == {
        "webhook-id": ID,
        "webhook-timestamp": str(AT),
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_secret_is_its_key_written_out():
    written = written_secret(b"\x00\xff" * 16)
    assert base64.b64decode(written.removeprefix(SECRET_PREFIX)) == b"\x00\xff" * 16


def test_each_secret_signs():
    other = written_secret(b"k" * 32)
    headers = signed_headers([other, SECRET], delivery_id=ID, timestamp=AT, body=BODY)
    digest = hmac.new(b"k" * 32, f"{ID}.{AT}.".encode() + BODY, hashlib.sha256).digest()
    first, second = headers["webhook-signature"].split(" ")
    assert first == "v1," + base64.b64encode(digest).decode()
    assert second == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
