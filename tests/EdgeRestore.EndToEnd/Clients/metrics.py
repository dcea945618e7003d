"""Reads Prometheus' exposition format on standard input with Prometheus' own client library.

Prints one sample a line, as NAME{LABEL=VALUE,...} VALUE with labels in order. Fails on what a scrape would refuse.
"""

import math
import sys

from prometheus_client.parser import text_string_to_metric_families

UNITS = ("_seconds", "_bytes", "_ratio")


def check_histogram(family):
    """Buckets are cumulative, end at +Inf, and the last one is the count."""
    buckets, counts = {}, {}
    for sample in family.samples:
        key = tuple(sorted((name, value) for name, value in sample.labels.items() if name != "le"))
        if sample.name.endswith("_bucket"):
            buckets.setdefault(key, []).append((float(sample.labels["le"]), sample.value))
        elif sample.name.endswith("_count"):
            counts[key] = sample.value
    for key, found in buckets.items():
        assert found == sorted(found), f"{family.name} {key}: buckets fall"
        assert math.isinf(found[-1][0]) and found[-1][1] == counts[key], f"{family.name} {key}: no +Inf, or not the count"


seen = set()
for family in text_string_to_metric_families(sys.stdin.read()):
    assert family.name not in seen, f"{family.name} comes twice"
    assert family.documentation, f"{family.name} has no help"
    assert family.type in ("counter", "gauge", "histogram"), f"{family.name} is {family.type}"
    seen.add(family.name)
    if family.type == "histogram":
        assert family.name.endswith(UNITS), f"{family.name} has no unit"
        check_histogram(family)
    for sample in family.samples:
        labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
        print(f"{sample.name}{{{labels}}} {sample.value:g}")
