{# What was forecast when: a row a feature and forecast, as long as it held. #}
{% snapshot forecast %}
{{ config(unique_key='item', strategy='check', check_cols=['remaining_count', 'p85_day', 'due_day']) }}
SELECT item, key, title, value_stream, team, remaining_count, p85_day, due_day, late_probability
FROM {{ source('flow', 'feature') }}
WHERE remaining_count > 0
{% endsnapshot %}
