"""The S3-compatible storage as the settings describe it; boto3 is loaded only where there is a bucket."""

from typing import Any


def storage(bucket: str, *, endpoint: str, region: str, key_id: str, secret: str) -> dict[str, Any]:
    """An entry of STORAGES. Without a key of ours, boto3 looks for one where it always does."""
    from boto3.s3.transfer import TransferConfig
    from botocore.config import Config

    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": endpoint or None,
            "region_name": region or None,
            "access_key": key_id or None,
            "secret_key": secret or None,
            "default_acl": None,
            "file_overwrite": True,  # no key is used twice, and a look before each file would cost a request
            "max_memory_size": 4 * 2**20,  # a file that is opened as a whole goes to the disk beyond that
            # Large files go in parts, a few of them in memory at a time.
            "transfer_config": TransferConfig(multipart_chunksize=8 * 2**20, max_concurrency=4),
            "client_config": Config(
                signature_version="s3v4",
                # Names of buckets are no names of hosts where the server is one's own.
                s3={"addressing_style": "path" if endpoint else "auto"},
                # Sums of boto3's own liking are unknown to many servers; ours are SHA-256 and stand in the rows.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                connect_timeout=10,
                read_timeout=60,
                max_pool_connections=32,
                retries={"max_attempts": 4, "mode": "standard"},
            ),
        },
    }
