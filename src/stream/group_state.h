/*
 * group_state.h
 *		What the aggregates over many timelines share: their configuration, which holds for a
 *		whole group, and the text form of their states.
 *
 * A state copies the configuration (workflow, rule, period, calendar) from the first row it
 * sees; every later row and every partial state must agree with it, else the answer would
 * depend on the order of rows: 22023. If one of the arguments is NULL the configuration is
 * unknown, and so is the result; such a state is a bare FlatState.
 *
 * The text form is JSON, because Citus ships states as text: lossless, and independent of
 * the session's settings. An unknown configuration is null.
 */
#ifndef VSM_GROUP_STATE_H
#define VSM_GROUP_STATE_H

#include "base/flat_state.h"
#include "base/json_tree.h"
#include "lib/stringinfo.h"
#include "workflow/workflow.h"

/* Which state it is, as FlatState.kind has it; and the format of all of them. */
#define CUMULATIVE_FLOW_KIND	'c'
#define PROCESS_MAP_KIND		'p'
#define ROLLUP_KIND				'u'
#define GROUP_STATE_VERSION		1

/* Whether the configuration is unknown: one of its arguments is NULL. */
static inline bool
group_state_is_unknown(const FlatState *state)
{
	return state->used == sizeof(FlatState);
}

/* Raises 22023: that argument of an aggregate differs between rows of one group. */
pg_noreturn extern void group_config_differs(const char *aggregate, const char *argument);

/*
 * For a transition function: the state of argument 0, writable, or NULL if the row is the
 * first of its group and gives a configuration. given: none of this row's is NULL.
 */
extern FlatState *group_state_get(FunctionCallInfo fcinfo, bool given, uint8 kind,
								  const char *aggregate);

/*
 * For a combine function: true if there are two states to combine; else *result is what to
 * return, 0 for NULL.
 */
extern bool group_state_combine(FunctionCallInfo fcinfo, uint8 kind, const char *aggregate,
								FlatState **state, const FlatState **other, Datum *result);

/* Whether two plain values (4-byte headers, short ones allowed for given) are equal bytes. */
extern bool group_same_value(const void *stored, const void *given);

/* Appends "key":"value" to an object that is being written, which begins with {. */
extern void group_text_string(StringInfo buf, const char *key, const char *value);

/* Appends "key": in the same way. */
extern void group_text_key(StringInfo buf, const char *key);

/*
 * An input function: reads the object of its text by parse, which returns NULL with error
 * filled if the members are not right. keys are all its members, each needed.
 */
typedef FlatState *(*GroupStateParser) (const JsonTree *object, InputError *error);
extern Datum group_state_in(FunctionCallInfo fcinfo, const char *type_name, uint8 kind,
							const char *const *keys, GroupStateParser parse);

/* Readers of members; false, or NULL, with error filled where one is not what it should be. */
extern bool group_read_int64(const JsonTree *node, int64 *value, InputError *error);
extern bool group_read_numbers(const JsonTree *array, int count, int64 *values, InputError *error);
extern bool group_read_timestamp(const JsonTree *node, int64 *value, InputError *error);
extern bool group_read_string(const JsonTree *node, const char **value, InputError *error);
extern Workflow *group_read_workflow(const JsonTree *node, InputError *error);

#endif							/* VSM_GROUP_STATE_H */
