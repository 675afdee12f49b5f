"""The messages of pipelines, which are experimental."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
EXPERIMENTAL = Service(0xfd, "Experimental", [
    Method(0x01, "pipelineSubmit",
           "jobName: String?, pipelineDefinition: String, resourceBundle: byteArray?, resourceBundleChecksum: int",
           "jobId: long", retryable=True, since="2.7"),
])
