-- A share is a part of its whole.
SELECT value_stream, team, stage_label, wait_share FROM {{ source('flow', 'bottleneck') }} WHERE wait_share > 1 + 1e-9
