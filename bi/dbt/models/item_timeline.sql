-- Timelines of all entities, kept: each run reads what was recorded since the last one, and a week more for transactions that ended late.
-- Merging is a set union, so that what is read twice, late or in any order does no harm; corrections need --full-refresh.
{{ config(materialized='incremental', unique_key='item', incremental_strategy='merge') }}
WITH fresh AS (
	SELECT entity AS item, vsm.timeline(at, state) AS timeline, max(recorded_at) AS recorded_at
	FROM {{ source('flow', 'event') }}
	{% if is_incremental() %}WHERE recorded_at >= (SELECT max(recorded_at) - interval '7 days' FROM {{ this }}){% endif %}
	GROUP BY entity)
SELECT f.item, {% if is_incremental() %}coalesce(vsm.merge(k.timeline, f.timeline), f.timeline){% else %}f.timeline{% endif %} AS timeline,
	f.recorded_at
FROM fresh AS f
{% if is_incremental() %}LEFT JOIN {{ this }} AS k ON k.item = f.item
WHERE coalesce(vsm.merge(k.timeline, f.timeline), f.timeline) IS DISTINCT FROM k.timeline{% endif %}
