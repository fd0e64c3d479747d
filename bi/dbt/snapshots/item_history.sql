{# Timelines as they were told: corrections of the past are rows. They are compared, so vsm must be in search_path. #}
{% snapshot item_history %}
{{ config(unique_key='item', strategy='check', check_cols=['timeline']) }}
SELECT item, timeline FROM {{ ref('item_timeline') }}
{% endsnapshot %}
