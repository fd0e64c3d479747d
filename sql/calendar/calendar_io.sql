-- calendar: working time.

-- include value_type calendar int4 extended
COMMENT ON TYPE vsm.calendar IS 'working time: a time zone, the open hours of each weekday, holidays and exceptions, written as JSON';

-- include json_casts calendar json jsonb calendar calendar calendar
-- include comparison calendar a b
