/*
 * group_state_io.c
 *		The states of the aggregates over many timelines as types: text.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/flat_state_sql.h"
#include "base/value_io.h"
#include "stream/cumulative_flow_text.h"
#include "stream/process_map_text.h"
#include "stream/rollup_state_text.h"
#include "stream/variants_text.h"

/* vsm_AGGREGATE_state_in and _out */
#define GROUP_STATE_FUNCTIONS(aggregate) \
static const FlatState * \
aggregate##_from_datum(Datum datum) \
{ \
	return flat_state_peek(datum, &aggregate##_format); \
} \
VALUE_INPUT(aggregate##_state, aggregate##_format.type, aggregate##_from_text) \
VALUE_OUTPUT(aggregate##_state, aggregate##_from_datum, aggregate##_to_text)

GROUP_STATE_FUNCTIONS(cumulative_flow)
GROUP_STATE_FUNCTIONS(process_map)
GROUP_STATE_FUNCTIONS(rollup)
GROUP_STATE_FUNCTIONS(variants)
